using PbKv.CommandLine;
using PbKv.Host;

using var terminal = Terminal.OfProcess();
return await Runner.RunAsync(args, terminal);
