using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>Scenarios 2.9 and 2.10: servers come and go, each 20 or 30 seconds of the list long.</summary>
/// <remarks>
/// One that holds the data is killed only while another that runs holds it too: nobody survives the death of both, so
/// that nothing could be demanded then.
/// </remarks>
[Collection(Alone.Name)]
public sealed class Churn(ITestOutputHelper output) : Scenario(output)
{
    private const string Quick = "pbkv.clerk.request-timeout = 60ms";

    /// <summary>5 s of the list, where a ping interval is 100 ms.</summary>
    private const int LongestWait = 50;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task S2_09_Servers_are_restarted_one_by_one_while_clients_put_get_chain_hashes_and_append_to_one_key(
        bool lossy
    ) =>
        OnClusterAsync(
            async cluster =>
            {
                await cluster.PairAsync();
                await cluster.IdleAsync();
                if (lossy)
                    cluster.Network.BeLossy();
                await Crowd.WorksThroughAsync(cluster, () => RestartsAsync(cluster), LongestWait);
                Assert.Equal(lossy, cluster.Network.Struck > 0);
                if (lossy)
                    Assert.True(
                        cluster.Everybody.Sum(member => member.Count(NoticeKind.Deduplicated)) > 0,
                        "retries were deduplicated"
                    );
            },
            Quick
        );

    [Fact]
    public Task S2_10_Fresh_servers_join_and_random_ones_leave_for_good() =>
        OnClusterAsync(
            async cluster =>
            {
                var (a, b) = await cluster.PairAsync();
                await cluster.IdleAsync();
                var random = new Random(cluster.Seed);
                await Crowd.WorksThroughAsync(
                    cluster,
                    () =>
                        EveryAsync(
                            cluster,
                            Cluster.Ticks(1),
                            Cluster.Ticks(30),
                            async i =>
                            {
                                await cluster.IdleAsync();
                                return (
                                    await KillSafelyAsync(cluster, view => Victim(cluster, view, i, random))
                                ).WasInView;
                            }
                        ),
                    LongestWait
                );
                Assert.Equal(3, cluster.Alive.Count);
                Assert.False(
                    cluster.Alive.Contains(a) || cluster.Alive.Contains(b),
                    "both that were there at first have left"
                );
            },
            Quick
        );

    private static Task RestartsAsync(Cluster cluster)
    {
        var random = new Random(cluster.Seed);
        return EveryAsync(
            cluster,
            2 * cluster.DeadPings,
            Cluster.Ticks(20),
            async i =>
            {
                var (victim, wasInView) = await KillSafelyAsync(cluster, view => Victim(cluster, view, i, random));
                // Every other one is back before its death is noticed otherwise.
                if (i % 2 == 0)
                    await cluster.TicksAsync(cluster.DeadPings + 2);
                await cluster.StartAgainAsync(victim.Port);
                return wasInView;
            }
        );
    }

    /// <summary>
    /// Every third time the primary: chance alone may hit idle servers for long, and no view would change.
    /// </summary>
    private static Member Victim(Cluster cluster, View view, int turn, Random random) =>
        turn % 3 == 0
            ? cluster.Alive.Single(member => member.Id == view.Primary)
            : cluster.Alive[random.Next(cluster.Alive.Count)];

    /// <param name="turn">Answers whether who was killed was primary or backup: the view must change then.</param>
    private static async Task EveryAsync(Cluster cluster, int ticks, int forTicks, Func<int, Task<bool>> turn)
    {
        var before = (await cluster.ViewAsync()).Number;
        var end = cluster.Network.Ticks + forTicks;
        var (turns, inView) = (0, 0);
        for (; cluster.Network.Ticks < end || turns < forTicks / ticks / 2; turns++)
        {
            var next = cluster.Network.Ticks + ticks;
            if (await turn(turns))
                inView++;
            await cluster.TicksAsync((int)Math.Max(0, next - cluster.Network.Ticks));
        }
        await cluster.UntilAsync(async () =>
            Assert.InRange((await cluster.ViewAsync()).Number, before + inView, long.MaxValue)
        );
        cluster.Output.WriteLine(
            $"{turns} deaths, {inView} of primary or backup, views {before} to {(await cluster.ViewAsync()).Number}"
        );
    }

    /// <summary>
    /// Held still before the view service is asked: one that runs could become the only holder between the answer and
    /// its end, when the other is taken for dead because the machine is busy.
    /// </summary>
    private static async Task<(Member Victim, bool WasInView)> KillSafelyAsync(
        Cluster cluster,
        Func<View, Member> choose
    )
    {
        Member? held = null;
        await cluster.UntilAsync(async () =>
        {
            held?.Resume();
            held = choose(await SafeViewAsync(cluster));
            held.Pause();
            await cluster.UntilAsync(() => Assert.True(held.IsPaused));
            await SafeViewAsync(cluster);
        });
        var view = await cluster.ViewAsync();
        await cluster.KillAsync(held!);
        return (held!, held!.Id == view.Primary || held.Id == view.Backup);
    }

    /// <summary>
    /// Both that hold the data are really there: the view service may not have noticed the last death yet.
    /// </summary>
    private static async Task<View> SafeViewAsync(Cluster cluster)
    {
        var (view, synced) = await cluster.LookAtViewServiceAsync(node => (node.View, node.Synced));
        Assert.True(synced, $"{view} is synced");
        Assert.Contains(cluster.Alive, member => member.Id == view.Primary);
        Assert.Contains(cluster.Alive, member => member.Id == view.Backup);
        return view;
    }
}
