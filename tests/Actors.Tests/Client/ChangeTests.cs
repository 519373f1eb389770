using System.Collections.Concurrent;
using PbKv.Actors.Shells;
using PbKv.Actors.Tests.Cluster;
using PbKv.Client;
using PbKv.Protocol;
using PbKv.Server;

namespace PbKv.Actors.Tests.Client;

/// <summary>Revisions, and changes on a condition.</summary>
public class ChangeTests
{
    [Fact]
    public async Task An_entry_tells_its_revision_and_since_when_it_has_been_there()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        Assert.Null(await kv.GetEntryAsync("k"));
        await kv.PutAsync("k", "é");
        var first = (await kv.GetEntryAsync("k"))!;
        Assert.Equal(("é", first.Created), (first.Text, first.Revision));
        await kv.AppendAsync("k", "!");
        var second = (await kv.GetEntryAsync("k"))!;
        Assert.Equal(("é!", first.Created), (second.Text, second.Created));
        Assert.True(second.Revision > first.Revision);
        Assert.True((await kv.DeleteAsync("k")).Revision > second.Revision);
        await kv.PutAsync("k", "again");
        var again = (await kv.GetEntryAsync("k"))!;
        Assert.Equal(again.Created, again.Revision);
        Assert.True(again.Created > second.Revision);
    }

    [Fact]
    public async Task A_key_is_put_where_the_condition_holds_and_otherwise_what_is_there_is_told()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        await DoneAsync(PbKvCondition.Absent, existed: false);
        await NotDoneAsync(PbKvCondition.Absent);
        await DoneAsync(PbKvCondition.Present, existed: true);
        await NotDoneAsync(PbKvCondition.ValueIs("another"));
        await DoneAsync(PbKvCondition.ValueIs(await kv.GetAsync("k")), existed: true);
        await NotDoneAsync(PbKvCondition.RevisionIs((await kv.GetEntryAsync("k"))!.Revision + 1));
        await NotDoneAsync(PbKvCondition.RevisionIs(0));
        await DoneAsync(PbKvCondition.RevisionIs((await kv.GetEntryAsync("k"))!.Revision), existed: true);
        await DoneAsync(PbKvCondition.Always, existed: true);
        await kv.DeleteAsync("k");
        foreach (
            var condition in new[] { PbKvCondition.Present, PbKvCondition.ValueIs(""), PbKvCondition.RevisionIs(9) }
        )
        {
            var change = await kv.PutAsync("k", "v", condition, returnPrevious: true);
            Assert.Equal((false, false, 0), (change.Done, change.Existed, change.Revision));
            Assert.Equal("", change.PreviousText);
        }
        await DoneAsync(PbKvCondition.RevisionIs(0), existed: false);

        async Task DoneAsync(PbKvCondition condition, bool existed)
        {
            var (before, value) = (await kv.TryGetAsync("k"), $"{Guid.NewGuid()}");
            var change = await kv.PutAsync("k", value, condition, returnPrevious: true);
            Assert.Equal((true, existed), (change.Done, change.Existed));
            Assert.Equal(before ?? "", change.PreviousText);
            var entry = (await kv.GetEntryAsync("k"))!;
            Assert.Equal((value, change.Revision), (entry.Text, entry.Revision));
        }

        async Task NotDoneAsync(PbKvCondition condition)
        {
            var before = (await kv.GetEntryAsync("k"))!;
            var change = await kv.PutAsync("k", "never", condition, returnPrevious: true);
            Assert.Equal((false, true, before.Revision), (change.Done, change.Existed, change.Revision));
            Assert.Equal(before.Text, change.PreviousText);
            var quiet = await kv.PutAsync("k", "never", condition);
            Assert.Equal((false, true, 0), (quiet.Done, quiet.Existed, quiet.Previous.Length));
            Assert.Equal(before.Revision, (await kv.GetEntryAsync("k"))!.Revision);
        }
    }

    [Fact]
    public async Task A_deleted_key_is_not_there_and_to_delete_it_again_changes_nothing()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        await kv.PutAsync("k", "v");
        Assert.False((await kv.DeleteAsync("k", PbKvCondition.ValueIs("w"))).Done);
        var deleted = await kv.DeleteAsync("k", PbKvCondition.ValueIs("v"), returnPrevious: true);
        Assert.Equal((true, true, "v"), (deleted.Done, deleted.Existed, deleted.PreviousText));
        Assert.Null(await kv.TryGetAsync("k"));
        Assert.Null(await kv.GetEntryAsync("k"));
        var again = await kv.DeleteAsync("k");
        Assert.Equal((true, false), (again.Done, again.Existed));
        Assert.False((await kv.DeleteAsync("k", PbKvCondition.Present)).Done);
        await TestCluster.StatusAsync(
            kv,
            status => status.Answers.Length == 2 && status.Answers.All(server => server.Keys == 0)
        );
    }

    [Fact]
    public async Task Keys_values_and_what_is_expected_are_any_bytes()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        byte[] key = [0, 255, 10],
            first = [.. Enumerable.Range(0, 256).Select(i => (byte)i)],
            second = [255, 0];
        Assert.True((await kv.PutAsync(key, first, PbKvCondition.Absent)).Done);
        Assert.Equal(first, (await kv.GetEntryAsync(key))!.Value);
        var change = await kv.PutAsync(key, second, PbKvCondition.ValueIs(first), returnPrevious: true);
        Assert.Equal(first, change.Previous);
        Assert.False((await kv.DeleteAsync(key, PbKvCondition.ValueIs(first))).Done);
        Assert.True((await kv.DeleteAsync(key, PbKvCondition.ValueIs(second))).Done);
        Assert.Equal(7, (await kv.IncrementAsync(key, 7)).Value);
        // An empty value is there.
        await kv.PutAsync("empty", "");
        Assert.Equal("", (await kv.GetEntryAsync("empty"))!.Text);
        Assert.True((await kv.PutAsync("empty", "v", PbKvCondition.ValueIs(""))).Done);
    }

    [Fact]
    public async Task The_memory_of_what_is_expected_and_stored_may_be_used_again_at_once()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        await kv.PutAsync("k", "v");
        var buffer = "kvw"u8.ToArray();
        var condition = PbKvCondition.ValueIs(buffer.AsMemory(1, 1));
        var put = kv.PutAsync(buffer.AsMemory(0, 1), buffer.AsMemory(2, 1), condition);
        Array.Clear(buffer);
        Assert.True((await put).Done);
        Assert.Equal("w", await kv.GetAsync("k"));
    }

    [Fact]
    public async Task A_number_begins_with_0_and_goes_up_and_down()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        Assert.Equal(1, (await kv.IncrementAsync("n")).Value);
        Assert.Equal(-4, (await kv.IncrementAsync("n", -5)).Value);
        Assert.Equal("-4", await kv.GetAsync("n"));
        var sum = await kv.IncrementAsync("n", 0);
        Assert.Equal((await kv.GetEntryAsync("n"))!.Revision, sum.Revision);
        await kv.PutAsync("n", $"{long.MinValue}");
        Assert.Equal(-1, (await kv.IncrementAsync("n", long.MaxValue)).Value);
    }

    [Theory]
    [InlineData("v", 1, PbKvSumOutcome.NotANumber)]
    [InlineData("", 1, PbKvSumOutcome.NotANumber)]
    [InlineData("007", 1, PbKvSumOutcome.NotANumber)]
    [InlineData("9223372036854775808", 1, PbKvSumOutcome.NotANumber)]
    [InlineData("9223372036854775807", 1, PbKvSumOutcome.Overflow)]
    [InlineData("-1", long.MinValue, PbKvSumOutcome.Overflow)]
    public async Task Where_there_is_no_sum_the_key_stays_as_it_is(string value, long amount, PbKvSumOutcome outcome)
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        await kv.PutAsync("n", value);
        var before = (await kv.GetEntryAsync("n"))!;
        var sum = await kv.IncrementAsync("n", amount);
        Assert.Equal((outcome, before.Revision), (sum.Outcome, sum.Revision));
        Assert.Contains($"{outcome}", Assert.Throws<InvalidOperationException>(() => sum.Value).Message);
        Assert.Equal((value, before.Revision), await ReadAsync());

        async Task<(string, long)> ReadAsync() =>
            await kv.GetEntryAsync("n") is { } entry ? (entry.Text, entry.Revision) : default;
    }

    [Fact]
    public async Task Of_many_who_put_an_absent_key_one_does_and_counters_lose_nothing_though_the_primary_dies()
    {
        const int Callers = 16,
            Rounds = 50;
        await using var cluster = new TestCluster();
        var (primary, _, kv) = await cluster.StartPairAsync();
        var winners = new ConcurrentBag<int>();
        var sums = new ConcurrentBag<long>();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller))));
        Assert.Equal(await kv.GetAsync("leader"), $"{Assert.Single(winners)}");
        Assert.Equal($"{Callers * Rounds}", await kv.GetAsync("swapped"));
        Assert.Equal(Enumerable.Range(1, Callers * Rounds), sums.Select(sum => (int)sum).Order());

        async Task CallAsync(int caller)
        {
            if ((await kv.PutAsync("leader", $"{caller}", PbKvCondition.Absent)).Done)
                winners.Add(caller);
            for (var round = 0; round < Rounds; round++)
            {
                if (caller == 0 && round == Rounds / 2)
                    await primary.DisposeAsync();
                sums.Add((await kv.IncrementAsync("added")).Value);
                await SwapAsync();
            }
        }

        async Task SwapAsync()
        {
            PbKvChange swapped;
            do
            {
                var entry = await kv.GetEntryAsync("swapped");
                swapped = await kv.PutAsync(
                    "swapped",
                    $"{int.Parse(entry?.Text ?? "0") + 1}",
                    PbKvCondition.RevisionIs(entry?.Revision ?? 0)
                );
            } while (!swapped.Done);
        }
    }

    [Fact]
    public async Task Without_a_condition_an_older_server_serves_and_the_rest_is_refused_and_surely_not_done()
    {
        await using var cluster = new TestCluster();
        var settings = cluster.Settings with { ViewServices = [cluster.ViewService.Address] };
        var old = settings.Protocol with { Features = new Features(Features.WithRevisions - 1) };
        await using var server = PbKvNode.StartReplica(settings with { Protocol = old }, NodeHooks.None);
        var kv = cluster.Connect();
        await kv.PutAsync("k", "v");
        Task[] asked =
        [
            kv.GetEntryAsync("k").AsTask(),
            kv.PutAsync("k", "w", PbKvCondition.Always).AsTask(),
            kv.DeleteAsync("k").AsTask(),
            kv.IncrementAsync("k").AsTask(),
        ];
        foreach (var refused in asked)
        {
            var failure = await Assert.ThrowsAsync<PbKvException>(() => refused.WaitAsync(TestCluster.Patience));
            Assert.Equal((PbKvError.Unsupported, PbKvOutcome.NotExecuted), (failure.Code, failure.Outcome));
        }
        Assert.Equal("v", await kv.GetAsync("k"));
    }

    [Fact]
    public async Task What_is_too_long_or_no_condition_is_refused_before_anything_is_sent()
    {
        await using var cluster = new TestCluster("pbkv { max-key-size = 10B, max-value-size = 100B }");
        var kv = cluster.Connect();
        var text = new string('x', 101);
        Assert.Equal(PbKvError.EmptyKey, (await FailsAsync(kv.DeleteAsync("").AsTask())).Code);
        Assert.Contains("15 bytes", (await FailsAsync(kv.GetEntryAsync("a very long key").AsTask())).Message);
        Task[] tooLarge =
        [
            kv.PutAsync("k", text, PbKvCondition.Absent).AsTask(),
            kv.DeleteAsync("k", PbKvCondition.ValueIs(text)).AsTask(),
        ];
        foreach (var put in tooLarge)
        {
            var failure = await FailsAsync(put);
            Assert.Equal((PbKvError.ValueTooLarge, PbKvOutcome.NotExecuted), (failure.Code, failure.Outcome));
            Assert.Contains("the value has 101 bytes", failure.Message);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => PbKvCondition.RevisionIs(-1));
        Assert.Equal(
            "value",
            Assert.Throws<ArgumentNullException>(() => PbKvCondition.ValueIs((string)null!)).ParamName
        );

        static Task<PbKvException> FailsAsync(Task operation) => Assert.ThrowsAsync<PbKvException>(() => operation);
    }
}
