using PbKv.CommandLine;
using PbKv.Host;

using var terminal = new Terminal();
return await Runner.RunAsync(args, terminal);
