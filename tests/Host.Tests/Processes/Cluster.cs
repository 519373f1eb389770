namespace PbKv.Host.Tests.Processes;

/// <summary>A view service, which a test may start again at its address, and replicas as processes.</summary>
public sealed class Cluster : IAsyncLifetime
{
    /// <summary>No test waits for anybody to be found silent, and on a busy machine a process may not run for half a second.</summary>
    private static readonly string[] Patient = ["-D", "pbkv.dead-pings=20", "-D", "pbkv.backup-silent=20"];

    private readonly List<Pbkv> _processes = [];
    private readonly Dictionary<string, Pbkv> _replicas = [];

    /// <summary>The view service's address.</summary>
    public string View { get; private set; } = "";

    internal Pbkv ViewProcess { get; private set; } = null!;

    public Task InitializeAsync() => StartAsync(replicas: 2);

    public async Task StartAsync(int replicas, params string[] viewOptions)
    {
        ViewProcess = Keep(Pbkv.Start(["view", "--port", $"{Ports.Free()}", .. Patient, .. viewOptions]));
        View = await ViewProcess.ReadyAsync("view");
        await Task.WhenAll(Enumerable.Range(0, replicas).Select(_ => StartReplicaAsync()));
        await StatusAsync(status => status.Synced || replicas < 2 && status.Acknowledged);
    }

    /// <returns>Its address.</returns>
    public async Task<string> StartReplicaAsync(params string[] options)
    {
        var replica = Keep(Pbkv.Start(["replica", "--view", View, .. Patient, .. options]));
        var address = await replica.ReadyAsync("replica");
        lock (_replicas) _replicas[address] = replica;
        return address;
    }

    internal Pbkv Replica(string address) => _replicas[address];

    internal Task<Result> RunAsync(params string[] arguments) => Pbkv.RunAsync([arguments[0], "--view", View, .. arguments[1..]]);

    internal Task<Result> RunWithInputAsync(byte[] input, params string[] arguments) =>
        Pbkv.RunAsync(input, [arguments[0], "--view", View, .. arguments[1..]]);

    /// <summary>Looks at the cluster until it is as wanted.</summary>
    internal Task<Status> StatusAsync(Func<Status, bool>? wanted = null) => Status.UntilAsync(View, wanted ?? (_ => true));

    public async Task DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
    }

    private Pbkv Keep(Pbkv process)
    {
        lock (_processes) _processes.Add(process);
        return process;
    }
}
