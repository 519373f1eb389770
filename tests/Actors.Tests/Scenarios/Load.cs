using PbKv.Actors.Tests.Cluster;
using PbKv.Client;
using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// Scenarios 2.24, 2.25, 2.27, 2.31 and 2.32: much, large, slow and many. The sizes are those of the list, but for the
/// keys of 2.31: PBKV_FULL=1 puts all of them.
/// </summary>
[Collection(Alone.Name)]
public sealed class Load(ITestOutputHelper output) : Scenario(output)
{
    private static bool FullSize => Environment.GetEnvironmentVariable("PBKV_FULL") == "1";

    [Fact]
    public Task S2_24_With_a_backup_ten_times_slower_memory_stays_bounded_clients_slow_down_and_nothing_is_lost() =>
        OnClusterAsync(
            async cluster =>
            {
                const int Value = 1000;
                const int Puts = 1500;
                var (primary, backup) = await cluster.PairAsync();
                // One client alone keeps no more in flight than the stream takes.
                var clients = Enumerable.Range(0, 4).Select(_ => cluster.Connect()).ToList();
                await clients[0].PutAsync("first", "1");
                var slow = cluster.Network.Slow(
                    parcel => parcel.From == backup.Name && parcel.Message is ForwardAck,
                    TimeSpan.FromMilliseconds(15)
                );
                var furthest = 0L;
                var puts = Task.WhenAll(
                    Enumerable
                        .Range(0, Puts)
                        .Select(i => clients[i % 4].PutAsync($"key {i}", new string('v', Value)).AsTask())
                );
                await cluster.UntilAsync(async () =>
                {
                    furthest = Math.Max(
                        furthest,
                        await primary.LookAsync(node => node.Position - node.AcknowledgedPosition)
                    );
                    Assert.True(puts.IsCompleted);
                });
                await puts;
                Assert.True(primary.Count(NoticeKind.Busy) > 0, "clients were asked to come back later");
                Assert.True(slow.Struck > 0);
                // The stream takes one more request when it is just not full, of 128 KiB at most.
                var bound = (cluster.Settings.StreamBytes + cluster.Settings.RequestBytes + Value) / Value;
                Assert.InRange(furthest, 1, bound);
                slow.Lift();
                await cluster.AssertSameAtRestAsync();
                Assert.Equal(Puts + 1, (await backup.StoreAsync()).Count);
            },
            "pbkv { stream-size = 64KiB, forward-size = 32KiB, dead-pings = 20, backup-silent = 20, "
                + "clerk.request-timeout = 2s, clerk.request-size = 16KiB }"
        );

    [Fact]
    public Task S2_25_While_the_largest_values_and_a_transfer_are_in_flight_nobody_is_declared_dead() =>
        OnClusterAsync(
            async cluster =>
            {
                var primary = await cluster.PrimaryAsync();
                var kv = cluster.Connect();
                var largest = new byte[cluster.Settings.MaxValueBytes];
                new Random(cluster.Seed).NextBytes(largest);
                for (var i = 0; i < 12; i++)
                    await kv.PutAsync(new byte[] { 1, (byte)i }, largest);
                var backup = cluster.Start();
                for (var i = 0; i < 12; i++)
                    await kv.PutAsync(new byte[] { 2, (byte)i }, largest);
                await cluster.UntilViewAsync(primary, backup);
                for (var i = 0; i < 12; i++)
                    await kv.PutAsync(new byte[] { 3, (byte)i }, largest);
                Assert.Equal(largest, await kv.GetAsync(new byte[] { 3, 11 }));
                Assert.Equal(0, cluster.ViewService.Count(NoticeKind.ServerDead));
                Assert.Equal(2, (await cluster.ViewAsync()).Number);
                Assert.Equal(36, await backup.LookAsync(node => node.Store.Count));
            },
            "pbkv { dead-pings = 10, backup-silent = 10, clerk.request-timeout = 5s }"
        );

    [Fact]
    public Task S2_25_While_thousands_of_appends_to_a_large_value_are_in_flight_nobody_is_declared_dead() =>
        OnClusterAsync(
            async cluster =>
            {
                const int Appends = 5000;
                const int Large = 900_000;
                var (primary, backup) = await cluster.PairAsync();
                var kv = cluster.Connect();
                await kv.PutAsync("k", new string('v', Large));
                await Task.WhenAll(Enumerable.Range(0, Appends).Select(i => kv.AppendAsync("k", $"{i:D8}").AsTask()));
                Assert.Equal(0, cluster.ViewService.Count(NoticeKind.ServerDead));
                Assert.Equal(0, primary.Count(NoticeKind.BackupSilent));
                Assert.Equal(2, (await cluster.ViewAsync()).Number);
                var value = (await backup.StoreAsync())["k"];
                Assert.Equal(string.Concat(Enumerable.Range(0, Appends).Select(i => $"{i:D8}")), value[Large..]);
            },
            "pbkv { dead-pings = 10, backup-silent = 10, clerk.request-timeout = 5s }"
        );

    [Fact]
    public Task S2_27_When_100_000_clients_did_one_operation_and_left_the_memory_of_their_sessions_comes_back() =>
        OnClusterAsync(
            async cluster =>
            {
                const int Clients = 100_000;
                const int AtOnce = 1000;
                var (primary, backup) = await cluster.PairAsync();
                var clerk = cluster.RawClerk();
                var sessions = new List<long>(Clients);
                var before = GC.GetTotalMemory(forceFullCollection: true);
                while (sessions.Count < Clients)
                    sessions.AddRange(await clerk.OpenManyAsync(primary, AtOnce));
                foreach (var some in sessions.Chunk(AtOnce))
                    await clerk.OneEachAsync(
                        primary,
                        some,
                        session => new Operation(OperationKind.Put, 0, Bytes.Utf8("k"), Bytes.Utf8($"{session}"))
                    );
                await cluster.UntilAsync(async () =>
                    Assert.Equal((Clients, Clients), await SessionsAsync(primary, backup))
                );
                var most = GC.GetTotalMemory(forceFullCollection: true) - before;
                foreach (var some in sessions.Chunk(AtOnce))
                    await clerk.OneEachAsync(
                        primary,
                        some,
                        _ => new Operation(OperationKind.CloseSession, 1, default, default)
                    );
                await cluster.UntilAsync(async () => Assert.Equal((0, 0), await SessionsAsync(primary, backup)));
                var left = GC.GetTotalMemory(forceFullCollection: true) - before;
                cluster.Output.WriteLine($"{most:N0} bytes with all sessions, {left:N0} when they were gone");
                Assert.InRange(left, long.MinValue, most / 4);
                var last = new Dictionary<string, string> { ["k"] = $"{sessions[^1]}" };
                Assert.Equal(last, await primary.StoreAsync());
                Assert.Equal(last, await backup.StoreAsync());
            },
            "pbkv { dead-pings = 25, backup-silent = 25 }"
        );

    [Fact]
    public Task S2_27_Clients_that_come_do_one_operation_and_go_leave_no_session_behind() =>
        OnClusterAsync(async cluster =>
        {
            const int Clients = 300;
            var (primary, backup) = await cluster.PairAsync();
            var options = new PbKvClientOptions { Deadline = TestCluster.Patience, OwnSession = true };
            await Parallel.ForEachAsync(
                Enumerable.Range(0, Clients),
                new ParallelOptions { MaxDegreeOfParallelism = 50 },
                async (i, cancellation) =>
                {
                    await using var client = PbKvClient.Join(Sys, cluster.ViewService.Name.Value, options);
                    await client.PutAsync($"key {i}", "v", cancellationToken: cancellation);
                }
            );
            await cluster.UntilAsync(async () => Assert.Equal((0, 0), await SessionsAsync(primary, backup)));
            Assert.Equal(Clients, (await backup.StoreAsync()).Count);
        });

    [Fact]
    public Task S2_27_Sessions_of_clients_that_never_said_goodbye_expire_on_both() =>
        OnClusterAsync(
            async cluster =>
            {
                var (primary, backup) = await cluster.PairAsync();
                var clerks = Enumerable.Range(0, 20).Select(_ => cluster.RawClerk()).ToList();
                foreach (var clerk in clerks)
                    await clerk.OpenAsync(primary);
                await cluster.UntilAsync(async () =>
                    Assert.Equal(0, await backup.LookAsync(node => node.Sessions.Count))
                );
                Assert.Equal(20, primary.Count(NoticeKind.SessionExpired));
                Assert.Equal(
                    RefusalReason.SessionExpired,
                    await clerks[0].RefusalAsync(clerks[0].Ask(primary, OperationKind.Put, 0, "k", "late"))
                );
                Assert.Empty(await primary.StoreAsync());
            },
            "pbkv.session-idle = 400ms"
        );

    [Fact]
    public Task S2_31_With_many_keys_and_collections_of_garbage_there_is_no_view_change_that_no_fault_caused() =>
        OnClusterAsync(
            async cluster =>
            {
                var keys = FullSize ? 10_000_000 : 1_000_000;
                const int AtOnce = 4000;
                var (primary, backup) = await cluster.PairAsync();
                var kv = cluster.Connect();
                var value = new string('v', 100);
                for (var from = 0; from < keys; from += AtOnce)
                {
                    await Task.WhenAll(
                        Enumerable.Range(from, AtOnce).Select(i => kv.PutAsync($"key {i}", value).AsTask())
                    );
                    if (from % (keys / 10) == 0)
                        GC.Collect();
                }
                await cluster.TicksAsync(cluster.DeadPings);
                Assert.Equal(0, cluster.ViewService.Count(NoticeKind.ServerDead));
                Assert.Equal(0, primary.Count(NoticeKind.BackupSilent));
                Assert.Equal(2, (await cluster.ViewAsync()).Number);
                Assert.Equal(keys, await backup.LookAsync(node => node.Store.Count));
            },
            "pbkv { dead-pings = 10, backup-silent = 10, clerk.request-timeout = 5s }"
        );

    [Fact]
    public Task S2_32_A_planned_leave_under_load_fails_no_operation_and_leaves_no_gap_above_two_ping_intervals() =>
        OnClusterAsync(
            async cluster =>
            {
                var (leaving, next) = await cluster.PairAsync();
                var third = await cluster.IdleAsync();
                // A gap of two intervals touches three ticks at most.
                await Crowd.WorksThroughAsync(
                    cluster,
                    longestTicks: 3,
                    faults: async () =>
                    {
                        await cluster.TicksAsync(5);
                        Assert.True(await leaving.Host.LeaveAsync(TestCluster.Patience), "it was let go");
                        await cluster.KillAsync(leaving);
                        await cluster.TicksAsync(5);
                    }
                );
                await cluster.UntilViewAsync(next, third);
                Assert.True(leaving.Count(NoticeKind.Left) > 0);
                Assert.Equal(0, cluster.ViewService.Count(NoticeKind.FellBack));
                Assert.Equal(await next.StoreAsync(), await third.StoreAsync());
            },
            "pbkv.ping-interval = 100ms"
        );

    private static async Task<(int Primary, int Backup)> SessionsAsync(Member primary, Member backup) =>
        (
            (int)await primary.LookAsync(node => node.Sessions.Count),
            (int)await backup.LookAsync(node => node.Sessions.Count)
        );
}
