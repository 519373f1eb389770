using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace PbKv.Chaos;

/// <summary>
/// A network namespace for each node, all on one bridge. A cut is a route to nowhere: packets are lost in the kernel,
/// as between machines, and nobody is told. Names hold a tag of this run: what it did not make, it never touches.
/// </summary>
internal sealed class Namespaces : IPlace
{
    private readonly string _tag = RandomNumberGenerator.GetHexString(6, lowercase: true);
    private readonly string _network = $"198.18.{RandomNumberGenerator.GetInt32(1, 255)}";
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _addresses = [];
    private readonly HashSet<(string From, string To)> _cuts = [];
    private bool _disposed;

    private Namespaces() => AppDomain.CurrentDomain.ProcessExit += OnExit;

    public bool HasRelays => false;

    private string Bridge => $"pbkv{_tag}";

    /// <exception cref="Failure">No root, no `ip`, or no such thing here.</exception>
    public static Namespaces Create()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            throw new Failure(
                "NoNamespaces",
                $"network namespaces cannot be made by this user on this system; {IpTool.WayOut}",
                ExitCodes.WrongUsage
            );
        var place = new Namespaces();
        try
        {
            IpTool.Run("link", "add", place.Bridge, "type", "bridge");
            // A range that is set aside for tests of networks: nothing real is hidden by it.
            IpTool.Run("address", "add", $"{place._network}.1/24", "dev", place.Bridge);
            IpTool.Run("link", "set", place.Bridge, "up");
            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    public (string Host, IReadOnlyList<string> Through) Of(string name, string host)
    {
        var space = SpaceOf(name);
        var address = $"{_network}.{_addresses.Count + 10}";
        var outside = $"pv{_tag}{_addresses.Count}";
        lock (_lock)
            _addresses[name] = address;
        IpTool.Run("netns", "add", space);
        IpTool.Run("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", space);
        IpTool.Run("link", "set", outside, "master", Bridge);
        IpTool.Run("link", "set", outside, "up");
        IpTool.Run("-n", space, "address", "add", $"{address}/24", "dev", "eth0");
        IpTool.Run("-n", space, "link", "set", "eth0", "up");
        IpTool.Run("-n", space, "link", "set", "lo", "up");
        return (address, ["ip", "netns", "exec", space]);
    }

    /// <summary>One node and another, or one and all others; one way or both.</summary>
    public async Task CutAsync(ChaosCluster cluster, FaultLog log, Chance chance, CancellationToken enough)
    {
        var names = cluster.Nodes.Select(node => node.Name).ToList();
        var node = chance.OneOf(names);
        names.Remove(node);
        var others = chance.Percent(40) ? names : [chance.OneOf(names)];
        var ways = chance.Below(3);
        List<(string From, string To)> wanted = [];
        if (ways != 0)
            wanted.AddRange(others.Select(other => (node, other)));
        if (ways != 1)
            wanted.AddRange(others.Select(other => (other, node)));
        var cuts = wanted.FindAll(Cut);
        if (cuts.Count == 0)
            return;
        using var strike = log.Begin(FaultKind.Netns, string.Join(", ", cuts.Select(cut => $"{cut.From}→{cut.To}")));
        await Pause.ForAsync(cluster.Options.DeadAfter * (chance.Between(20, 600) / 100.0), enough);
        foreach (var (from, to) in cuts)
            Heal(from, to);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        // Their ends of the links go with them. What was not made yet when something failed cannot be taken away.
        foreach (var name in _addresses.Keys)
            IpTool.TryRun("netns", "delete", SpaceOf(name));
        IpTool.TryRun("link", "delete", Bridge);
    }

    private string SpaceOf(string name) => $"pbkv-{_tag}-{name}";

    private void OnExit(object? sender, EventArgs e) => Dispose();

    private bool Cut((string From, string To) cut)
    {
        lock (_lock)
        {
            if (!_cuts.Add(cut))
                return false;
        }
        IpTool.Run("-n", SpaceOf(cut.From), "route", "add", "blackhole", $"{_addresses[cut.To]}/32");
        return true;
    }

    private void Heal(string from, string to)
    {
        IpTool.Run("-n", SpaceOf(from), "route", "delete", "blackhole", $"{_addresses[to]}/32");
        lock (_lock)
            _cuts.Remove((from, to));
    }
}

/// <summary>The system's `ip`.</summary>
internal static class IpTool
{
    public const string WayOut = "--faults netns needs root and iproute2 on Linux; the other faults need neither";

    /// <exception cref="Failure">There is none, or it refuses.</exception>
    public static void Run(params string[] arguments)
    {
        if (TryRun(arguments) is { } problem)
            throw new Failure("NoNamespaces", $"`ip {string.Join(' ', arguments)}` fails: {problem}; {WayOut}");
    }

    /// <returns>What it says is wrong, or null where it was done.</returns>
    public static string? TryRun(params string[] arguments)
    {
        try
        {
            using var ip = Process.Start(
                new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, UseShellExecute = false }
            )!;
            var said = ip.StandardError.ReadToEnd();
            ip.WaitForExit();
            return ip.ExitCode == 0 ? null : $"{said.Trim()} (code {ip.ExitCode})";
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
    }
}
