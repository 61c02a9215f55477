#!/bin/sh
# The first two variables make it wait for a server that starts slowly, the third one shows the tools to the model at once.
export MCP_CONNECTION_NONBLOCKING=0 MCP_CONNECT_TIMEOUT_MS=60000 ENABLE_TOOL_SEARCH=false
exec claude -p --output-format json --strict-mcp-config \
  --mcp-config "{\"mcpServers\":{\"runa\":$RUNA_MCP_CONFIG}}" --allowedTools 'mcp__runa__*'
