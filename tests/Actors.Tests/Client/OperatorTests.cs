using PbKv.Actors.Tests.Cluster;
using PbKv.Client;

namespace PbKv.Actors.Tests.Client;

public class OperatorTests
{
    [Fact]
    public async Task A_reset_makes_a_live_server_the_primary_when_all_data_is_gone()
    {
        await using var cluster = new TestCluster();
        var (primary, backup, kv) = await cluster.StartPairAsync();
        await kv.PutAsync("k", "v");
        await Task.WhenAll(primary.StopAsync(), backup.StopAsync());
        var empty = cluster.StartReplica();
        await TestCluster.StatusAsync(
            kv,
            status => status.ViewService.WaitingFor is not null && status.Answers.Length == 1
        );
        var answer = await kv.ResetAsync(empty.Address);
        var after = await kv.StatusAsync();
        Assert.Equal((answer.View, empty.Address), (after.View, after.Primary));
        Assert.NotEmpty(answer.Account);
        Assert.Null(await kv.TryGetAsync("k"));
        await kv.PutAsync("k", "w");
        Assert.Equal("w", await kv.GetAsync("k"));
    }

    [Fact]
    public async Task A_reset_to_a_server_that_nobody_knows_is_refused_with_the_reason()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        var refusal = await Assert.ThrowsAsync<PbKvException>(() => kv.ResetAsync("127.0.0.1:1"));
        Assert.Equal((PbKvError.Refused, PbKvOutcome.NotExecuted), (refusal.Code, refusal.Outcome));
        Assert.Contains("127.0.0.1:1", refusal.Message);
    }

    [Fact]
    public async Task A_reset_for_which_no_view_service_is_found_is_surely_not_done()
    {
        await using var kv = await PbKvClient.ConnectAsync(
            "127.0.0.1:1",
            new PbKvClientOptions { Settings = "akka.loggers = [], akka.loglevel = OFF" }
        );
        var failure = await Assert.ThrowsAsync<PbKvException>(() =>
            kv.ResetAsync("127.0.0.1:1", TimeSpan.FromMilliseconds(200)).WaitAsync(TestCluster.Patience)
        );
        Assert.Equal((PbKvError.Unreachable, PbKvOutcome.NotExecuted), (failure.Code, failure.Outcome));
        Assert.Contains("127.0.0.1:1", failure.Message);
    }

    [Fact]
    public async Task Status_says_who_does_not_answer_and_where_it_was_looked_for()
    {
        await using var kv = await PbKvClient.ConnectAsync(
            "127.0.0.1:1",
            new PbKvClientOptions { Settings = "akka.loggers = [], akka.loglevel = OFF" }
        );
        var failure = await Assert.ThrowsAsync<PbKvException>(() => kv.StatusAsync(TimeSpan.FromMilliseconds(200)));
        Assert.Equal(PbKvError.Unreachable, failure.Code);
        Assert.Equal("no view service answers at 127.0.0.1:1 within 200ms", failure.Message);
    }

    [Fact]
    public async Task A_client_that_knows_several_addresses_needs_one_that_answers()
    {
        await using var cluster = new TestCluster();
        var (_, _, pair) = await cluster.StartPairAsync();
        await pair.PutAsync("k", "v");
        await using var kv = await PbKvClient.ConnectAsync(
            $"127.0.0.1:1, {cluster.ViewService.Address}",
            new PbKvClientOptions { Settings = "akka.loggers = [], akka.loglevel = OFF" }
        );
        Assert.Equal("v", await kv.GetAsync("k"));
        Assert.True((await kv.StatusAsync()).ViewService.Synced);
    }
}
