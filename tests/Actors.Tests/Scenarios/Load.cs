using PbKv.Client;
using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// Scenarios 2.24, 2.25, 2.27, 2.31 and 2.32: much, large, slow and many. Sizes are what a test carries in seconds; the full
/// ones (100 MB, 10 million keys, 100,000 clients) are those of bench/scale.sh.
/// </summary>
[Collection(Alone.Name)]
public sealed class Load(ITestOutputHelper output) : Scenario(output)
{
    [Fact]
    public Task S2_24_With_a_backup_ten_times_slower_memory_stays_bounded_clients_slow_down_and_nothing_is_lost() => OnClusterAsync(async cluster =>
    {
        const int Value = 1000;
        const int Puts = 1500;
        var (primary, backup) = await cluster.PairAsync();
        // One client alone keeps no more in flight than the stream takes.
        var clients = Enumerable.Range(0, 4).Select(_ => cluster.Connect()).ToList();
        await clients[0].PutAsync("first", "1");
        var slow = cluster.Network.Slow(parcel => parcel.From == backup.Name && parcel.Message is ForwardAck, TimeSpan.FromMilliseconds(15));
        var furthest = 0L;
        var puts = Task.WhenAll(Enumerable.Range(0, Puts).Select(i => clients[i % 4].PutAsync($"key {i}", new string('v', Value)).AsTask()));
        await cluster.UntilAsync(async () =>
        {
            furthest = Math.Max(furthest, await primary.LookAsync(node => node.Position - node.AcknowledgedPosition));
            Assert.True(puts.IsCompleted);
        });
        await puts;
        Assert.True(primary.Count(NoticeKind.Busy) > 0, "clients were asked to come back later");
        Assert.True(slow.Struck > 0);
        // The stream takes one more request when it is just not full, of 128 KiB at most.
        var bound = (cluster.Settings.Protocol.StreamBytes + cluster.Settings.Protocol.RequestBytes + Value) / Value;
        Assert.InRange(furthest, 1, bound);
        slow.Lift();
        await cluster.AssertSameAtRestAsync();
        Assert.Equal(Puts + 1, (await backup.StoreAsync()).Count);
    }, "pbkv { stream-size = 64KiB, forward-size = 32KiB, dead-pings = 20, backup-silent = 20, clerk.request-timeout = 2s, clerk.request-size = 16KiB }");

    [Fact]
    public Task S2_25_While_the_largest_values_and_a_transfer_are_in_flight_nobody_is_declared_dead() => OnClusterAsync(async cluster =>
    {
        var primary = await cluster.PrimaryAsync();
        var kv = cluster.Connect();
        var largest = new byte[cluster.Settings.Protocol.MaxValueBytes];
        new Random(cluster.Seed).NextBytes(largest);
        for (var i = 0; i < 12; i++) await kv.PutAsync(new byte[] { 1, (byte)i }, largest);
        var backup = cluster.Start();
        for (var i = 0; i < 12; i++) await kv.PutAsync(new byte[] { 2, (byte)i }, largest);
        await cluster.UntilViewAsync(primary, backup);
        for (var i = 0; i < 12; i++) await kv.PutAsync(new byte[] { 3, (byte)i }, largest);
        Assert.Equal(largest, await kv.GetAsync(new byte[] { 3, 11 }));
        Assert.Equal(0, cluster.ViewService.Count(NoticeKind.ServerDead));
        Assert.Equal(2, (await cluster.ViewAsync()).Number);
        Assert.Equal(36, await backup.LookAsync(node => node.Store.Count));
    }, "pbkv { dead-pings = 10, backup-silent = 10, clerk.request-timeout = 5s }");

    [Fact]
    public Task S2_27_When_many_clients_did_one_operation_and_left_the_memory_of_their_sessions_comes_back() => OnClusterAsync(async cluster =>
    {
        const int Clients = 300;
        var (primary, backup) = await cluster.PairAsync();
        var options = new PbKvClientOptions { Deadline = Cluster.Patience };
        var most = 0L;
        await Parallel.ForEachAsync(Enumerable.Range(0, Clients), new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, cancellation) =>
        {
            await using var client = PbKvClient.Join(Sys, cluster.ViewService.Name.Value, options);
            await client.PutAsync($"key {i}", "v", cancellationToken: cancellation);
            if (i % 50 == 49) most = Math.Max(most, await primary.LookAsync(node => node.Sessions.Count));
        });
        Assert.True(most > 0);
        await cluster.UntilAsync(async () => Assert.Equal(0, await primary.LookAsync(node => node.Sessions.Count)));
        await cluster.UntilAsync(async () => Assert.Equal(0, await backup.LookAsync(node => node.Sessions.Count)));
        Assert.Equal(Clients, (await backup.StoreAsync()).Count);
    });

    [Fact]
    public Task S2_27_Sessions_of_clients_that_never_said_goodbye_expire_on_both() => OnClusterAsync(async cluster =>
    {
        var (primary, backup) = await cluster.PairAsync();
        var clerks = Enumerable.Range(0, 20).Select(_ => cluster.RawClerk()).ToList();
        foreach (var clerk in clerks) await clerk.OpenAsync(primary);
        await cluster.UntilAsync(async () => Assert.Equal(0, await backup.LookAsync(node => node.Sessions.Count)));
        Assert.Equal(20, primary.Count(NoticeKind.SessionExpired));
        Assert.Equal(RefusalReason.SessionExpired, await clerks[0].RefusalAsync(clerks[0].Ask(primary, OperationKind.Put, 0, "k", "late")));
        Assert.Empty(await primary.StoreAsync());
    }, "pbkv.session-idle = 400ms");

    [Fact]
    public Task S2_31_With_many_keys_and_collections_of_garbage_there_is_no_view_change_that_no_fault_caused() => OnClusterAsync(async cluster =>
    {
        const int Keys = 50_000;
        var (primary, backup) = await cluster.PairAsync();
        var kv = cluster.Connect();
        var value = new string('v', 100);
        for (var from = 0; from < Keys; from += 2000)
        {
            await Task.WhenAll(Enumerable.Range(from, 2000).Select(i => kv.PutAsync($"key {i}", value).AsTask()));
            if (from % 10_000 == 0) GC.Collect();
        }
        await cluster.TicksAsync(cluster.DeadPings);
        Assert.Equal(0, cluster.ViewService.Count(NoticeKind.ServerDead));
        Assert.Equal(0, primary.Count(NoticeKind.BackupSilent));
        Assert.Equal(2, (await cluster.ViewAsync()).Number);
        Assert.Equal(Keys, await backup.LookAsync(node => node.Store.Count));
    }, "pbkv { dead-pings = 10, backup-silent = 10, clerk.request-timeout = 5s }");

    [Fact]
    public Task S2_32_A_planned_leave_under_load_fails_no_operation_and_leaves_no_gap_above_two_ping_intervals() => OnClusterAsync(async cluster =>
    {
        var (leaving, next) = await cluster.PairAsync();
        var third = await cluster.IdleAsync();
        var kv = cluster.Connect();
        await kv.PutAsync("k", "");
        var (over, longest, count) = (false, 0L, 0);
        var writer = Task.Run(async () =>
        {
            for (var last = cluster.Network.Ticks; !Volatile.Read(ref over); count++)
            {
                await kv.AppendAsync("k", "x");
                var now = cluster.Network.Ticks;
                (longest, last) = (Math.Max(longest, now - last), now);
            }
        });
        await cluster.TicksAsync(3);
        Assert.True(await leaving.Host.LeaveAsync(Cluster.Patience), "it was let go");
        await cluster.KillAsync(leaving);
        await cluster.TicksAsync(3);
        Volatile.Write(ref over, true);
        await writer;
        await cluster.UntilViewAsync(next, third);
        // A gap of two intervals touches three ticks at most.
        Assert.InRange(longest, 0, 3);
        Assert.True(leaving.Count(NoticeKind.Left) > 0);
        Assert.Equal(0, cluster.ViewService.Count(NoticeKind.FellBack));
        Assert.Equal(new string('x', count), (await next.StoreAsync())["k"]);
        Assert.Equal(new string('x', count), (await third.StoreAsync())["k"]);
    });
}
