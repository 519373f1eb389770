using PbKv.Clusters;

namespace PbKv.Bulk;

/// <summary>
/// A network namespace that somebody made, in which a server is at the other end of a link as fast as is wanted.
/// </summary>
/// <param name="Device">The end of the link on this side; the other is `eth0`.</param>
/// <param name="Host">This side's address, and the one in the namespace.</param>
internal sealed record SlowLink(string Space, string Device, string Host, string HostInside)
{
    public Task<ProcessNode> AddServerAsync(ProcessCluster cluster) =>
        cluster.AddServerAsync(["--host", HostInside], ["ip", "netns", "exec", Space]);

    /// <summary>Both ways. What is more waits in a queue of 50 ms, and is dropped beyond it.</summary>
    public async Task LimitAsync(double megabytesPerSecond)
    {
        var rate = FormattableString.Invariant($"{megabytesPerSecond * 8:F3}mbit");
        foreach (var words in new[] { $"tc qdisc replace dev {Device}", $"tc -n {Space} qdisc replace dev eth0" })
        {
            using var tc = new Child([
                .. words.Split(' '),
                .. $"root tbf rate {rate} burst 64kb latency 50ms".Split(' '),
            ]);
            var ended = await tc.WaitForExitAsync();
            if (ended.Code != 0)
                throw new InvalidOperationException($"{words}: {ended.Error.Trim()}");
        }
    }
}
