// Stands at the beginning of each program, before anything else is loaded: what has to hold of the process whatever it does.

// Node's debugger: SIGUSR1, which batch systems send before a time limit, would have it listen on a port.
process.on("SIGUSR1", () => {});

// Who starts a program under `nohup` or `trap '' HUP` wants it to outlive its terminal. Node forgets that before it runs
// anything, so whoever started it is asked: the shell by what it ignores itself, and by the command that it started.
const { closeSync, fstatSync, openSync, readFileSync } = require("node:fs");
const ignoresHangup = (pid) => {
  try {
    const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return (Number.parseInt(mask.slice(-1), 16) & 1) === 1;
  } catch {
    return false;
  }
};
if (/(^|\/)nohup$/.test(process.env._ ?? "") || ignoresHangup(process.ppid)) {
  const { emit } = process;
  // Whoever listens for it, it never arrives.
  process.emit = (event, ...rest) => event !== "SIGHUP" && emit.call(process, event, ...rest);
  process.on("SIGHUP", () => {});
}

// Node gives terminals back as it found them, and where one has gone it aborts instead (nodejs/node#51519).
process.on("exit", () => {
  for (const fd of [0, 1, 2]) {
    if (!isLostTerminal(fd)) continue;
    closeSync(fd);
    // So that nothing opened from now on gets its number.
    openSync("/dev/null", "r+");
  }
});
/** Whether this is neither a terminal nor anything but one; /dev/null, the usual other device, is not asked any further. */
const isLostTerminal = (fd) => {
  try {
    const stats = fstatSync(fd);
    return stats.isCharacterDevice() && stats.rdev !== 0x103 && !require("node:tty").isatty(fd);
  } catch {
    return false;
  }
};
