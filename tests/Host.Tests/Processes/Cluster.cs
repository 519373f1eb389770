namespace PbKv.Host.Tests.Processes;

/// <summary>A cluster of processes, spoken with through the program alone.</summary>
public sealed class Cluster : IAsyncLifetime, IAsyncDisposable
{
    /// <summary>
    /// No test waits for anybody to be found silent, and on a busy machine a process may not run for half a second.
    /// </summary>
    internal static readonly string[] Patient = ["-D", "pbkv.dead-pings=20", "-D", "pbkv.backup-silent=20"];

    private ProcessCluster _processes = null!;

    /// <summary>The view service's address.</summary>
    public string View => _processes.Address;

    internal Pbkv ViewProcess => _processes.ViewService.Life;

    public async Task InitializeAsync() => _processes = await ProcessCluster.StartAsync(2, Patient);

    public static async Task<Cluster> StartAsync(int replicas, params string[] viewOptions) =>
        new() { _processes = await ProcessCluster.StartAsync(replicas, Patient, viewOptions) };

    public Task StartReplicaAsync() => _processes.AddServerAsync();

    /// <summary>Killed, and started again in the same way.</summary>
    internal async Task RestartViewServiceAsync()
    {
        await _processes.ViewService.EndAsync(Signal.Kill, Child.Patience);
        await _processes.ViewService.StartAsync();
    }

    internal Pbkv Replica(string address) => _processes.Server(address).Life;

    internal Task<Ended> RunAsync(params string[] arguments) =>
        Pbkv.RunAsync([arguments[0], "--view", View, .. arguments[1..]]);

    internal Task<Ended> RunWithInputAsync(byte[] input, params string[] arguments) =>
        Pbkv.RunWithInputAsync(input, [arguments[0], "--view", View, .. arguments[1..]]);

    /// <summary>Looks at the cluster until it is as wanted.</summary>
    internal Task<Status> StatusAsync(Func<Status, bool>? wanted = null) =>
        Status.UntilAsync(View, wanted ?? (_ => true));

    public ValueTask DisposeAsync() => _processes.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();
}
