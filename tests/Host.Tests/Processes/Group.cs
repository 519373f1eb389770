using PbKv.Client;

namespace PbKv.Host.Tests.Processes;

/// <summary>Three view services, a, b and c, each with a directory, and servers; all processes.</summary>
internal sealed class Group : IAsyncDisposable
{
    /// <summary>
    /// Who is killed is found by its connections, who is stopped after a second: on a busy machine a process may not
    /// run for half of one.
    /// </summary>
    private static readonly string[] Settings = ["-D", "pbkv.dead-pings=10", "-D", "pbkv.backup-silent=20"];

    private readonly TemporaryFolder _folder;
    private readonly ProcessCluster _processes;
    private int _appended;

    private Group(TemporaryFolder folder, ProcessCluster processes) => (_folder, _processes) = (folder, processes);

    /// <summary>Of all three.</summary>
    public string Address => _processes.Address;

    public PbKvClient Client => _processes.Client;

    public IReadOnlyList<ProcessNode> ViewServices => _processes.ViewServices;

    public static async Task<Group> StartAsync(int servers)
    {
        var folder = new TemporaryFolder();
        try
        {
            var processes = await ProcessCluster.StartAsync(servers, viewServices: 3, folder.Path, Settings);
            return new Group(folder, processes);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public string DirectoryOf(string id) => Path.Combine(_folder.Path, id);

    public ProcessNode ViewService(string id) => ViewServices.Single(node => node.Name == id);

    /// <summary>One that is none of the first three.</summary>
    public ProcessNode Another(string id, string address) =>
        ProcessCluster.ViewServiceNode(
            id,
            [.. ViewServices.Select(node => (node.Name, node.Address)), (id, address)],
            DirectoryOf(id),
            Settings
        );

    public ProcessNode Server(string? address) => _processes.Server(address!);

    /// <summary>Appends some more to a key: none may fail, and all of them have to be there, each once.</summary>
    public async Task WorkAsync()
    {
        for (var left = 100; left > 0; left--)
            await Client.AppendAsync("log", $"{_appended++},");
        Assert.Equal(
            string.Concat(Enumerable.Range(0, _appended).Select(number => $"{number},")),
            await Client.GetAsync("log")
        );
    }

    public Task<PbKvStatus> UntilAsync(Predicate<PbKvStatus> wanted, string what) =>
        _processes.LookUntilAsync(wanted, what);

    /// <summary>Each of so many has what they decided, and one acts.</summary>
    public Task<PbKvStatus> UntilTogetherAsync(int count = 3) =>
        UntilAsync(status => IsTogether(status, count), $"{count} view services that have all that they decided");

    public static bool IsTogether(PbKvStatus status) => IsTogether(status, 3);

    public async Task<ProcessNode> ActingAsync() => ViewService(ActingIn(await UntilTogetherAsync())!);

    public static string? ActingIn(PbKvStatus status) =>
        status.ViewServices.FirstOrDefault(member => member.Acting)?.Id;

    public static Task KillAsync(params IEnumerable<ProcessNode> nodes) =>
        Task.WhenAll(nodes.Select(node => node.EndAsync(Signal.Kill, Child.Patience)));

    public static Task StartAsync(params IEnumerable<ProcessNode> nodes) =>
        Task.WhenAll(nodes.Select(node => node.StartAsync()));

    private static bool IsTogether(PbKvStatus status, int count) =>
        status.ViewServices.Length == count && status.ViewServices.All(member => member.Lag == 0);

    public async ValueTask DisposeAsync()
    {
        await _processes.DisposeAsync();
        _folder.Dispose();
    }
}
