using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// Scenarios 2.11, 2.12, 2.22, 2.26: a primary that does not know, or wakes up to learn, that it is one no more.
/// </summary>
public sealed class Deposed(ITestOutputHelper output) : Scenario(output)
{
    [Fact]
    public Task S2_11_A_get_sent_to_a_primary_cut_off_from_the_view_service_never_returns_the_old_value() =>
        OnClusterAsync(async cluster =>
        {
            var (old, next) = await cluster.PairAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("k", "old");
            var clerk = cluster.RawClerk();
            await clerk.OpenAsync(old);
            cluster.Network.CutBoth(old, cluster.ViewService);
            // The forward of the get is on its way for longer than the view lasts.
            var late = cluster.Network.Hold(parcel => parcel.From == old.Name && parcel.Message is Forward);
            var get = clerk.Ask(old, OperationKind.Get, 0, "k");
            await cluster.UntilAsync(() => Assert.True(late.Struck > 0));

            await cluster.UntilViewAsync(next, null);
            await kv.PutAsync("k", "new");
            var known = (await cluster.ViewAsync()).Number;
            Assert.True(
                await old.LookAsync(node => node.Role == ReplicaRole.Primary && node.View.Number < known),
                "it does not know"
            );
            late.Release();
            await cluster.UntilAsync(() =>
                Assert.True(next.Count(NoticeKind.ForwardRefused) > 0, "the forward was refused")
            );
            await cluster.UntilAsync(() =>
                Assert.True(old.Count(NoticeKind.AnswersDropped) > 0, "the answer was dropped")
            );
            Assert.Equal(RefusalReason.NotPrimary, await clerk.RefusalAsync(get));
            clerk.ExpectNoAnswer(80);

            get = clerk.Ask(old, OperationKind.Get, 1, "k");
            Assert.Equal(RefusalReason.NotPrimary, await clerk.RefusalAsync(get));
            Assert.Equal("new", await kv.GetAsync("k"));
            Assert.Equal("new", (await next.StoreAsync())["k"]);
        });

    [Fact]
    public Task S2_12_A_deposed_primary_whose_backup_has_died_answers_nobody_and_the_third_serves_the_new_value() =>
        OnClusterAsync(async cluster =>
        {
            var (old, next) = await cluster.PairAsync();
            var third = await cluster.IdleAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("k", "old");
            var clerk = cluster.RawClerk();
            await clerk.OpenAsync(old);
            var lastHeard = (await cluster.ViewAsync()).Number;
            // It hears from nobody that could tell it of a newer view: they could only refuse it.
            cluster.Network.Drop(parcel =>
                parcel.To == old.Name && (parcel.From == cluster.ViewService.Name || parcel.Message is WrongView)
            );
            cluster.Network.Cut(old, cluster.ViewService);
            await cluster.UntilViewAsync(next, third);
            await kv.PutAsync("k", "new");
            await cluster.KillAsync(next);
            await cluster.UntilViewAsync(third, null);

            var get = clerk.Ask(old, OperationKind.Get, 0, "k");
            var put = clerk.Ask(old, OperationKind.Put, 1, "k", "of the deposed");
            await cluster.UntilAsync(async () => Assert.Equal("of the deposed", (await old.StoreAsync())["k"]));
            Assert.Equal((ReplicaRole.Primary, lastHeard), await old.LookAsync(node => (node.Role, node.View.Number)));
            Assert.Equal("new", await kv.GetAsync("k"));
            clerk.ExpectNoAnswer(200);
            Assert.Equal("new", (await third.StoreAsync())["k"]);

            cluster.Network.Heal();
            await cluster.UntilViewAsync(third, old);
            foreach (var held in new[] { get, put })
                Assert.Equal(RefusalReason.NotPrimary, await clerk.RefusalAsync(held));
            clerk.ExpectNoAnswer(20);
            Assert.Equal("new", (await old.StoreAsync())["k"]);
        });

    [Fact]
    public Task S2_22_A_primary_that_was_paused_and_wakes_up_deposed_answers_no_request_in_its_mailbox_with_ok() =>
        OnClusterAsync(async cluster =>
        {
            var (paused, next) = await cluster.PairAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("k", "old");
            var clerk = cluster.RawClerk();
            await clerk.OpenAsync(paused);
            paused.Pause();
            await cluster.UntilAsync(() => Assert.True(paused.IsPaused));
            var answers = cluster.Network.Remember(parcel => parcel.From == paused.Name && parcel.Message is Reply);
            for (var i = 0; i < 20; i++)
                clerk.Ask(paused, i % 2 == 0 ? OperationKind.Get : OperationKind.Append, i, "k", i % 2 == 0 ? "" : "x");

            await cluster.UntilViewAsync(next, null);
            await kv.PutAsync("k", "new");
            await cluster.TicksAsync(cluster.DeadPings);
            paused.Resume();
            await cluster.UntilAsync(() =>
                Assert.True(paused.Count(NoticeKind.RoleChanged) >= 2, "it learned that it is deposed")
            );
            await cluster.UntilViewAsync(next, paused);
            Assert.Equal(0, answers.Struck);
            Assert.Equal("new", await kv.GetAsync("k"));
            Assert.Equal("new", (await next.StoreAsync())["k"]);
            Assert.Equal("new", (await paused.StoreAsync())["k"]);
        });

    [Fact]
    public Task S2_26_Messages_of_a_stopped_server_that_arrive_afterwards_change_nothing() =>
        OnClusterAsync(async cluster =>
        {
            var (stopped, next) = await cluster.PairAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("k", "1");
            var clerk = cluster.RawClerk();
            await clerk.OpenAsync(stopped);
            var late = cluster.Network.Hold(parcel => parcel.From == stopped.Name && parcel.To == next.Name);
            clerk.Ask(stopped, OperationKind.Put, 0, "k", "of the stopped one");
            await cluster.UntilAsync(() => Assert.True(late.Struck > 0));
            await cluster.KillAsync(stopped);
            await cluster.UntilViewAsync(next, null);
            await kv.PutAsync("k", "2");
            var before = await next.LookAsync(node => (node.Position, node.Store.Digest, node.Sessions.Digest));
            Assert.True(late.Release() > 0);
            await cluster.UntilAsync(() =>
                Assert.True(next.Count(NoticeKind.ForwardRefused) > 0, "the forward was refused")
            );
            Assert.Equal(
                before,
                await next.LookAsync(node => (node.Position, node.Store.Digest, node.Sessions.Digest))
            );
            Assert.Equal("2", await kv.GetAsync("k"));
            clerk.ExpectNoAnswer(20);
        });

    [Fact]
    public Task S2_26_What_was_meant_for_an_earlier_life_of_a_server_does_nothing_to_the_next() =>
        OnClusterAsync(async cluster =>
        {
            var (primary, backup) = await cluster.PairAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("k", "1");
            var late = cluster.Network.Hold(parcel =>
                parcel.To == backup.Name && parcel.Message is (Forward or PingAnswer or ViewNews)
            );
            var call = kv.AppendAsync("k", "2").AsTask();
            await cluster.UntilAsync(() => Assert.True(late.Struck > 2));
            var restarted = await cluster.RestartAsync(backup);
            Assert.Equal(backup.Name, restarted.Name);
            Assert.True(late.Release() > 0);
            await call;
            await cluster.UntilViewAsync(primary, restarted);
            Assert.Equal("12", (await primary.StoreAsync())["k"]);
            Assert.Equal("12", (await restarted.StoreAsync())["k"]);
        });
}
