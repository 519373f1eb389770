using PbKv.Actors.Tests.Cluster;
using PbKv.Checking;
using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>Two builds in one cluster: this one, and the next, with an operation more and a level above it.</summary>
[Collection(Alone.Name)]
public sealed class Upgrade(ITestOutputHelper output) : Scenario(output)
{
    private static readonly int ThisLevel = NextBuild.Level - 1;

    private long _sequence;

    [Fact]
    public Task Servers_are_upgraded_and_downgraded_in_turn_under_load_and_the_new_operation_comes_and_goes() =>
        OnClusterAsync(
            async cluster =>
            {
                var (a, b) = await cluster.PairAsync();
                var clerk = cluster.RawClerk();
                await Crowd.WorksThroughAsync(
                    cluster,
                    async () =>
                    {
                        await cluster.UntilAsync(async () => Assert.Contains("0.0", await a.StoreAsync()));
                        await clerk.OpenAsync(a);
                        Assert.Equal((ThisLevel, ResultStatus.Unsupported), await TryAsync(clerk, a));
                        (a, b) = await ReplaceAsync(
                            cluster,
                            a,
                            b,
                            next: true,
                            clerk,
                            [(ThisLevel, ResultStatus.Unsupported), (NextBuild.Level, ResultStatus.Ok)]
                        );
                        (a, b) = await ReplaceAsync(
                            cluster,
                            a,
                            b,
                            next: false,
                            clerk,
                            [(ThisLevel, ResultStatus.Unsupported), (ThisLevel, ResultStatus.Unsupported)]
                        );
                        (a, b) = await ReplaceAsync(
                            cluster,
                            a,
                            b,
                            next: true,
                            clerk,
                            [(ThisLevel, ResultStatus.Unsupported), (NextBuild.Level, ResultStatus.Ok)]
                        );
                    },
                    Cluster.Ticks(20)
                );
                Assert.Equal((NextBuild.Level, ResultStatus.Ok), await TryAsync(clerk, a, "new", "done by both"));
                foreach (var member in new[] { a, b })
                    Assert.Equal("done by both", (await member.StoreAsync())["new"]);
                Assert.Equal(0, cluster.Everybody.Sum(member => member.Count(NoticeKind.CopyDiffers)));
            },
            nextViewService: true
        );

    [Fact]
    public Task A_message_that_only_a_later_release_understands_is_answered() =>
        OnClusterAsync(async cluster =>
        {
            var a = await cluster.PrimaryAsync();
            var clerk = cluster.RawClerk();
            foreach (var member in new[] { a, cluster.ViewService })
            {
                clerk.Send(member, new UnheardOf());
                Assert.Equal(199, (await clerk.ExpectAsync<Unsupported>(_ => true)).Of);
            }
        });

    /// <summary>The backup comes back as another build, the primary leaves, and comes back as well.</summary>
    /// <param name="then">The view's level, and what becomes of the new operation, after each of the two.</param>
    private async Task<(Member Primary, Member Backup)> ReplaceAsync(
        Cluster cluster,
        Member primary,
        Member backup,
        bool next,
        RawClerk clerk,
        (int, ResultStatus)[] then
    )
    {
        var other = await cluster.RestartAsync(backup, next);
        await cluster.UntilViewAsync(primary, other);
        Assert.Equal(then[0], await TryAsync(clerk, primary));
        await WorkAsync(cluster);
        Assert.True(await primary.Host.LeaveAsync(TestCluster.Patience), "it was let go");
        var last = await cluster.RestartAsync(primary, next);
        await cluster.UntilViewAsync(other, last);
        Assert.Equal(then[1], await TryAsync(clerk, other));
        await WorkAsync(cluster);
        return (other, last);
    }

    /// <summary>The clients of the crowd work for a while.</summary>
    private static Task WorkAsync(Cluster cluster) => cluster.TicksAsync(Cluster.Ticks(1));

    /// <summary>
    /// The level of the view, and what the primary makes of an operation that only the next build knows: nothing is
    /// appended, so that the clients of the crowd find what they expect.
    /// </summary>
    private async Task<(int Level, ResultStatus Status)> TryAsync(
        RawClerk clerk,
        Member primary,
        string key = "0.0",
        string value = ""
    ) =>
        (
            await primary.LookAsync(node => node.View.Level),
            (await clerk.ResultAsync(clerk.Ask(primary, NextBuild.AppendToo, ++_sequence, key, value))).Status
        );

    private sealed record UnheardOf : Message
    {
        internal override byte Kind => 199;

        internal override void Write(WireWriter writer) => writer.Text("what a later release says");
    }
}
