using PbKv.Host;
using PbKv.Host.CommandLine;

using var terminal = Terminal.OfProcess();
return await Runner.RunAsync(args, terminal);
