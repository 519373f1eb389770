using PbKv.Client;
using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>Scenarios 2.14, 2.15, 2.16, 2.29: requests and forwards that come twice, late or out of order.</summary>
public sealed class Duplicates(ITestOutputHelper output) : Scenario(output)
{
    /// <summary>So many dead pings that nobody is suspected while the test keeps messages back.</summary>
    private const string Patient = "pbkv { dead-pings = 50, backup-silent = 50 }";

    [Fact]
    public Task S2_14_and_29_A_duplicate_of_a_waiting_write_gets_the_same_result_after_the_same_acknowledgement() =>
        OnClusterAsync(
            async cluster =>
            {
                var (primary, backup) = await cluster.PairAsync();
                var clerk = cluster.RawClerk();
                await clerk.OpenAsync(primary);
                var held = cluster.Network.Hold(parcel => parcel.Message is Forward && parcel.To == backup.Name);

                var first = clerk.Ask(primary, OperationKind.PutHash, 0, "k", "a");
                var retry = clerk.Ask(primary, OperationKind.PutHash, 0, "k", "a");
                await cluster.UntilAsync(() => Assert.Equal(1, primary.Count(NoticeKind.DuplicateHeld)));
                Assert.Equal("3826002220", (await primary.StoreAsync())["k"]);
                clerk.ExpectNoAnswer(100);
                Assert.Empty(await backup.StoreAsync());

                Assert.True(held.Release() > 0);
                var results = new[] { await clerk.ResultAsync(first), await clerk.ResultAsync(retry) };
                Assert.All(results, result => Assert.Equal(ResultStatus.Missing, result.Status));
                Assert.Equal("3826002220", (await backup.StoreAsync())["k"]);
                Assert.Equal(1, primary.Count(NoticeKind.Deduplicated));
            },
            Patient
        );

    [Fact]
    public Task S2_15_A_retry_at_the_new_primary_of_a_write_whose_reply_was_lost_gets_the_result_of_the_first() =>
        OnClusterAsync(async cluster =>
        {
            var (primary, backup) = await cluster.PairAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("k", "before");
            var lost = cluster.Network.Drop(parcel => parcel.From == primary.Name && parcel.Message is Reply);

            var call = kv.PutHashAsync("k", "x").AsTask();
            await cluster.UntilAsync(() => Assert.True(lost.Struck > 0));
            var after = HashChain.Next("before", "x");
            Assert.Equal(after, (await backup.StoreAsync())["k"]);
            await cluster.KillAsync(primary);

            Assert.Equal("before", await call);
            await cluster.UntilViewAsync(backup, null);
            Assert.Equal(after, (await backup.StoreAsync())["k"]);
            Assert.True(backup.Count(NoticeKind.Deduplicated) > 0, "the retry was deduplicated");
        });

    [Fact]
    public Task S2_15_A_change_whose_reply_was_lost_is_told_as_it_was_when_it_was_done() =>
        OnClusterAsync(async cluster =>
        {
            var (primary, backup) = await cluster.PairAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("k", "before");
            var lost = cluster.Network.Drop(parcel => parcel.From == primary.Name && parcel.Message is Reply);

            var put = kv.PutAsync("k", "after", PbKvCondition.ValueIs("before"), returnPrevious: true).AsTask();
            var added = kv.IncrementAsync("n").AsTask();
            await cluster.UntilAsync(() => Assert.True(lost.Struck > 0));
            await cluster.UntilAsync(async () => Assert.Equal("1", (await backup.StoreAsync()).GetValueOrDefault("n")));
            await cluster.KillAsync(primary);

            Assert.Equal((true, "before", 1), ((await put).Done, (await put).PreviousText, (await added).Value));
            Assert.Equal((await put).Revision, (await kv.GetEntryAsync("k"))!.Revision);
            Assert.Equal("1", await kv.GetAsync("n"));
            Assert.True(backup.Count(NoticeKind.Deduplicated) > 0, "the retry was deduplicated");
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task S2_16_Of_two_forwards_the_first_comes_late_or_never_and_both_replicas_have_one_order(bool never) =>
        OnClusterAsync(
            async cluster =>
            {
                var (primary, backup) = await cluster.PairAsync();
                var clerk = cluster.RawClerk();
                await clerk.OpenAsync(primary);
                var serial = 0L;
                var first = cluster.Network.Hold(parcel =>
                    parcel.Message is Forward { Batches.Length: > 0 } forward
                    && (Interlocked.CompareExchange(ref serial, forward.Serial, 0) == 0 || serial == forward.Serial)
                );

                var one = clerk.Ask(primary, OperationKind.Append, 0, "k", "1");
                // More than once where the machine is slow: what is not acknowledged for a tick is sent again.
                await cluster.UntilAsync(() => Assert.True(first.Struck > 0));
                var two = clerk.Ask(primary, OperationKind.Append, 1, "k", "2");
                await cluster.UntilAsync(() =>
                    Assert.True(backup.Count(NoticeKind.ForwardGap) > 0, "the backup saw a gap")
                );
                Assert.Empty(await backup.StoreAsync());
                clerk.ExpectNoAnswer(20);

                if (never)
                    first.Lift();
                else
                    Assert.True(first.Release() > 0);
                Assert.Equal(ResultStatus.Ok, (await clerk.ResultAsync(one)).Status);
                Assert.Equal(ResultStatus.Ok, (await clerk.ResultAsync(two)).Status);
                Assert.Equal("12", (await primary.StoreAsync())["k"]);
                Assert.Equal("12", (await backup.StoreAsync())["k"]);
            },
            Patient
        );
}
