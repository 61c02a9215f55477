export { alikes, didYouMean, nearest } from "@runa/store";
