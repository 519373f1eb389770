using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using PbKv.Bench.Core;

// What BenchmarkDotNet has no measure for: the longest of many turns, and memory that stays.
switch (args)
{
    case ["turns"]:
        TurnBench.Run();
        return 0;
    case ["memory"]:
        MemoryBench.Run();
        return 0;
    default:
        // In this process: a project that it wrote in the midst of this one would be built by the rules of the house.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
        var config = DefaultConfig.Instance.AddJob(job);
        return BenchmarkSwitcher.FromAssembly(typeof(StoreBench).Assembly).Run(args, config).Any() ? 0 : 1;
}
