using PbKv.Client;
using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>Scenarios 2.13, 2.17 to 2.20 and 2.28: state on its way to a new backup, and who may be promoted.</summary>
public sealed class Transfers(ITestOutputHelper output) : Scenario(output)
{
    /// <summary>Many chunks of a small store: a test holds or loses some of them.</summary>
    private const string SmallChunks = "pbkv { chunk-size = 4KiB, chunks-in-flight = 2, dead-pings = 8 }";

    [Fact]
    public Task S2_13_When_a_pair_forms_again_late_forwards_of_the_first_time_change_nothing() =>
        OnClusterAsync(
            async cluster =>
            {
                var (a, b) = await cluster.PairAsync();
                var kv = cluster.Connect();
                await kv.PutAsync("k", "0");
                var first = await cluster.ViewAsync();
                var late = cluster.Network.Hold(parcel =>
                    parcel.Message is Forward forward && forward.View == first.Id
                );
                var call = kv.AppendAsync("k", "1").AsTask();
                await cluster.UntilAsync(() => Assert.True(late.Struck > 0));
                var cut = cluster.Network.CutBoth(b, cluster.ViewService);
                await cluster.UntilViewAsync(a, null);
                await call;
                await kv.AppendAsync("k", "2");
                Assert.Equal("0", (await b.StoreAsync())["k"]);

                cut.Lift();
                await cluster.UntilViewAsync(a, b);
                Assert.Equal("012", (await b.StoreAsync())["k"]);
                Assert.True(late.Release() > 0);
                await cluster.UntilAsync(() =>
                    Assert.True(b.Count(NoticeKind.ForwardRefused) > 0, "the late forward was refused")
                );
                await cluster.KillAsync(a);
                await kv.AppendAsync("k", "3");
                await cluster.UntilViewAsync(b, null);
                Assert.Equal("0123", (await b.StoreAsync())["k"]);
            },
            "pbkv.backup-silent = 100"
        );

    [Fact]
    public Task S2_17_A_transfer_that_is_repeated_after_a_hundred_forwards_rolls_nothing_back() =>
        OnClusterAsync(
            async cluster =>
            {
                var primary = await cluster.PrimaryAsync();
                var kv = cluster.Connect();
                for (var i = 0; i < 100; i++)
                    await kv.PutAsync($"key {i}", "old");
                var chunks = cluster.Network.Remember(parcel => parcel.Message is Chunk);
                var backup = cluster.Start();
                await cluster.UntilViewAsync(primary, backup);
                for (var i = 0; i < 100; i++)
                    await kv.PutAsync($"key {i}", $"new {i}");
                var acknowledged = cluster.Network.Remember(parcel =>
                    parcel.From == backup.Name && parcel.Message is ChunkAck
                );
                var repeated = chunks.Release();
                Assert.True(repeated > 0);
                await cluster.UntilAsync(() => Assert.Equal(repeated, acknowledged.Struck));
                Assert.Equal(
                    Enumerable.Range(0, 100).ToDictionary(i => $"key {i}", i => $"new {i}"),
                    await backup.StoreAsync()
                );
            },
            SmallChunks
        );

    [Fact]
    public Task S2_17_Uncommitted_keys_of_a_former_primary_are_gone_when_it_has_joined_as_backup() =>
        OnClusterAsync(async cluster =>
        {
            var (former, next) = await cluster.PairAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("k", "1");
            var clerk = cluster.RawClerk();
            await clerk.OpenAsync(former);
            cluster.Network.Isolate(former, cluster.ViewService, next);
            var held = clerk.Ask(former, OperationKind.Put, 0, "extra", "never answered");
            await cluster.UntilAsync(async () => Assert.True((await former.StoreAsync()).ContainsKey("extra")));
            await cluster.UntilViewAsync(next, null);
            await kv.AppendAsync("k", "2");
            cluster.Network.Heal();
            await cluster.UntilViewAsync(next, former);
            Assert.Equal(new() { ["k"] = "12" }, await former.StoreAsync());
            Assert.Equal(RefusalReason.NotPrimary, await clerk.RefusalAsync(held));
            clerk.ExpectNoAnswer(20);
        });

    [Fact]
    public Task S2_18_Writes_go_on_through_a_transfer_of_100_MB_and_all_are_there_when_the_primary_dies_once_synced() =>
        OnClusterAsync(
            async cluster =>
            {
                const int Keys = 1000;
                var primary = await cluster.PrimaryAsync();
                var kv = cluster.Connect();
                var large = new byte[100_000];
                new Random(cluster.Seed).NextBytes(large);
                await Task.WhenAll(
                    Enumerable.Range(0, Keys).Select(i => kv.PutAsync(Bytes.Utf8($"key {i}").Memory, large).AsTask())
                );
                // The transfer stands still half-way until some writes were acknowledged during it.
                var half = cluster.Network.Hold(parcel => parcel.Message is Chunk { Index: >= Keys / 4 });
                var backup = cluster.Start();
                var synced = cluster.Network.Seen(parcel =>
                    parcel.From == backup.Name && parcel.Message is Ping { Synced: true }
                );
                var promotable = cluster.Network.Seen(parcel =>
                    parcel.To == backup.Name && parcel.Message is PingAnswer { Synced: true }
                );
                var acknowledged = 0;
                var writer = Task.Run(async () =>
                {
                    for (; !promotable.IsCompleted || acknowledged < 50; acknowledged++)
                        await kv.PutAsync($"written {acknowledged}", "w");
                });
                await cluster.UntilAsync(() => Assert.True(half.Struck > 0));
                var before = acknowledged;
                await cluster.UntilAsync(() => Assert.True(acknowledged > before + 20, "writes go on"));
                half.Release();
                await synced;
                await promotable;
                await cluster.KillAsync(primary);
                await writer;
                await cluster.UntilViewAsync(backup, null);
                await backup.LookAsync(node =>
                {
                    for (var i = 0; i < acknowledged; i++)
                        Assert.True(Holds(node, $"written {i}", "w"u8), $"acknowledged write {i} is lost");
                    for (var i = 0; i < Keys; i++)
                        Assert.True(Holds(node, $"key {i}", large), $"key {i} is lost");
                    Assert.Equal(Keys + acknowledged, node.Store.Count);
                    return true;
                });
                Assert.True(backup.Said(NoticeKind.TransferInstalled, "bytes=100"), "all of it came by the transfer");
                Assert.Equal(0, primary.Count(NoticeKind.BackupSilent));
            },
            "pbkv { dead-pings = 15, backup-silent = 15, clerk.request-timeout = 2s }"
        );

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task S2_19_When_the_backup_is_lost_half_way_through_a_transfer_writes_go_on_and_a_third_server_takes_over(
        bool killed
    ) =>
        OnClusterAsync(
            async cluster =>
            {
                var primary = await cluster.PrimaryAsync();
                var kv = cluster.Connect();
                await FillAsync(kv);
                var half = cluster.Network.Drop(parcel => parcel.Message is Chunk { Index: >= 3 });
                var backup = cluster.Start();
                await cluster.UntilAsync(() => Assert.True(half.Struck > 0));
                await kv.PutAsync("during", "1");
                if (killed)
                    await cluster.KillAsync(backup);
                else
                    cluster.Network.Isolate(backup, cluster.ViewService, primary);
                half.Lift();
                var third = cluster.Start();
                await kv.PutAsync("later", "2");
                await cluster.UntilViewAsync(primary, third);
                Assert.True(primary.Count(NoticeKind.TransferAbandoned) > 0);
                var store = await third.StoreAsync();
                Assert.Equal(("1", "2", 102), (store["during"], store["later"], store.Count));
            },
            SmallChunks
        );

    [Fact]
    public Task S2_20_When_the_primary_dies_half_way_through_a_transfer_nobody_is_promoted_and_it_is_said_why() =>
        OnClusterAsync(
            async cluster =>
            {
                var primary = await cluster.PrimaryAsync();
                await FillAsync(cluster.Connect());
                var half = cluster.Network.Drop(parcel => parcel.Message is Chunk { Index: >= 3 });
                var backup = cluster.Start();
                await cluster.UntilViewAsync(primary, backup, synced: false);
                await cluster.UntilAsync(() => Assert.True(half.Struck > 0));
                var view = await cluster.ViewAsync();
                await cluster.KillAsync(primary);
                await cluster.UntilAsync(async () =>
                    Assert.Contains("not synced", await cluster.WaitingForAsync() ?? "")
                );
                await cluster.TicksAsync(2 * cluster.DeadPings);
                Assert.Equal(view, await cluster.ViewAsync());
                Assert.True(cluster.ViewService.Said(NoticeKind.Waiting, "not synced"));
                Assert.Equal(ReplicaRole.Backup, await backup.LookAsync(node => node.Role));
                Assert.Empty(await backup.StoreAsync());
            },
            SmallChunks,
            sameAtRest: false
        );

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task S2_28_After_a_write_answered_alone_just_before_the_switch_the_backup_is_promoted_only_if_it_holds_it(
        bool holds
    ) =>
        OnClusterAsync(
            async cluster =>
            {
                var primary = await cluster.PrimaryAsync();
                var kv = cluster.Connect();
                await kv.PutAsync("before", "1");
                var installed = cluster.Network.Hold(parcel => parcel.Message is Installed);
                var backup = cluster.Start();
                await cluster.UntilAsync(() => Assert.True(installed.Struck > 0));
                var forwards = cluster.Network.Hold(parcel => parcel.Message is Forward);
                await kv.PutAsync("alone", "2");
                Assert.True(await primary.LookAsync(node => node.Alone), "it was answered alone");
                installed.Release();
                await cluster.UntilAsync(() => Assert.True(primary.Count(NoticeKind.Switched) > 0));
                if (holds)
                {
                    forwards.Release();
                    await cluster.UntilViewAsync(primary, backup);
                }
                await cluster.KillAsync(primary);
                if (holds)
                {
                    await cluster.UntilViewAsync(backup, null);
                    Assert.Equal(new() { ["before"] = "1", ["alone"] = "2" }, await backup.StoreAsync());
                    return;
                }
                await cluster.UntilAsync(async () =>
                    Assert.Contains("not synced", await cluster.WaitingForAsync() ?? "")
                );
                await cluster.TicksAsync(2 * cluster.DeadPings);
                Assert.Equal(ReplicaRole.Backup, await backup.LookAsync(node => node.Role));
                Assert.Equal(new() { ["before"] = "1" }, await backup.StoreAsync());
            },
            "pbkv { dead-pings = 20, backup-silent = 100 }",
            sameAtRest: holds
        );

    private static bool Holds(ReplicaNode node, string key, ReadOnlySpan<byte> value) =>
        node.Store.TryGet(Bytes.Utf8(key), out var held) && held.Span.SequenceEqual(value);

    private static Task FillAsync(PbKvClient kv) =>
        Task.WhenAll(Enumerable.Range(0, 100).Select(i => kv.PutAsync($"key {i}", new string('v', 400)).AsTask()));
}
