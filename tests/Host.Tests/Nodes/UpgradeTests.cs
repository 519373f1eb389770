using PbKv.Client;
using PbKv.Protocol;

namespace PbKv.Host.Tests.Nodes;

/// <summary>
/// Two builds as two programs: this one, and tests/NextBuild, which knows an operation more and is of the level above.
/// </summary>
public class UpgradeTests
{
    private static readonly IReadOnlyList<string> Next =
    [
        "dotnet",
        Path.Combine(AppContext.BaseDirectory, "pbkv-next.dll"),
    ];

    [Fact]
    public async Task Programs_are_upgraded_and_downgraded_in_turn_under_load_and_nothing_is_lost_or_done_twice()
    {
        using var folder = new TemporaryFolder();
        await using var cluster = await ProcessCluster.StartAsync(2, Cluster.Patient, ["--data", folder.Path]);
        await using var load = await AppendLoad.StartAsync(cluster.Address);
        var view = (await cluster.StatusAsync(default)).View;
        var (first, second) = (cluster.Server(view.Primary), cluster.Server(view.Backup));
        var (now, next) = (view.Level, view.Level + 1);
        var (tries, done) = (0, "");

        Assert.Equal(now, await LevelAfterAsync(second, Next));
        Assert.Equal(now, await LevelAfterAsync(cluster.ViewService, Next));
        Assert.False(await CanAppendTooAsync());
        Assert.Equal(next, await LevelAfterAsync(first, Next));
        Assert.True(await CanAppendTooAsync());

        Assert.Equal(now, await LevelAfterAsync(first, Pbkv.Words));
        Assert.False(await CanAppendTooAsync());
        Assert.Equal(now, await LevelAfterAsync(cluster.ViewService, Pbkv.Words));
        Assert.Equal(now, await LevelAfterAsync(second, Pbkv.Words));

        await load.StopAsync();
        Assert.Equal("2 ", done);
        Assert.Equal(done, await cluster.Client.GetAsync("new"));
        await load.AssertAllIsThereAsync(cluster.Client);
        var rest = await Status.UntilAsync(
            cluster.Address,
            status => Digest(status, status.Primary!) == Digest(status, status.Backup!)
        );
        Assert.True(rest.Synced);

        // Replaces it by a program, and tells of what level the view is from then on.
        async Task<int> LevelAfterAsync(ProcessNode node, IReadOnlyList<string> program)
        {
            Assert.Equal(0, (await node.EndAsync(Signal.Terminate, Child.Patience))?.Code);
            await node.StartAsync(program);
            var status = await cluster.UntilAsync(IsWhole, "both servers in one view again");
            await load.GoOnAsync();
            return status.View.Level;
        }

        bool IsWhole(ViewServiceStatus status) =>
            status.Synced
            && cluster.Servers.All(server => server.Is(status.View.Primary) || server.Is(status.View.Backup));

        // By a client of the next build. It appends the number of the try, where that is done.
        async Task<bool> CanAppendTooAsync()
        {
            tries++;
            using var client = new Child([.. Next, "append-too", "new", $"{tries} ", "--view", cluster.Address]);
            var ended = await client.WaitForExitAsync();
            if (ended.Code != 0)
            {
                ended.Failed(1, "Unsupported", "upgrade");
                return false;
            }
            done += $"{tries} ";
            return true;
        }
    }

    private static string? Digest(Status status, string server) =>
        status.Server(server).GetProperty("digest").GetString();
}
