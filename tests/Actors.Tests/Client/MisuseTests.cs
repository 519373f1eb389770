using PbKv.Actors.Tests.Cluster;
using PbKv.Client;

namespace PbKv.Actors.Tests.Client;

/// <summary>
/// What applications do to a client though it was not made for that: it costs them nothing but an exception.
/// </summary>
public class MisuseTests
{
    [Fact]
    public async Task Who_takes_a_result_that_is_not_there_is_told_so_and_disturbs_no_other_caller()
    {
        await using var cluster = new TestCluster();
        var kv = cluster.Connect();
        var early = kv.GetAsync("early");
        Assert.Contains("await it", Assert.Throws<InvalidOperationException>(() => ResultOf(early)).Message);
        var others = Enumerable.Range(0, 100).Select(i => kv.PutHashAsync("chain", $"{i}").AsTask()).ToList();
        await cluster.StartPairAsync();
        var before = await Task.WhenAll(others);
        Assert.Null(before[0]);
        Assert.Equal(100, before.Distinct().Count());
        Assert.Equal("", await early);
    }

    [Fact]
    public async Task Nothing_needs_the_thread_of_the_context_that_it_is_called_in()
    {
        await using var cluster = new TestCluster();
        var (_, backup, kv) = await cluster.StartPairAsync();
        using var cancel = new CancellationTokenSource();
        var context = new CountingContext();
        var former = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        Task[] all =
        [
            kv.StatusAsync(null, cancel.Token),
            kv.DisposeAsync().AsTask(),
            backup.LeaveAsync(TimeSpan.FromMilliseconds(1)),
            backup.StopAsync(),
            backup.DisposeAsync().AsTask(),
        ];
        SynchronizationContext.SetSynchronizationContext(former);
        await Record.ExceptionAsync(() => Task.WhenAll(all).WaitAsync(TestCluster.Patience));
        Assert.All(all, task => Assert.True(task.IsCompleted));
        Assert.Equal(0, context.Posts);
    }

    [Fact]
    public async Task What_is_cancelled_at_once_is_cancelled_though_the_clerk_hardly_stands()
    {
        await using var cluster = new TestCluster();
        for (var i = 0; i < 20; i++)
        {
            var kv = cluster.Connect();
            using var cancel = new CancellationTokenSource();
            var put = kv.PutAsync("k", "v", Timeout.InfiniteTimeSpan, cancel.Token).AsTask();
            cancel.Cancel();
            var failure = await Assert.ThrowsAsync<PbKvCanceledException>(() => put.WaitAsync(TestCluster.Patience));
            Assert.Equal(PbKvOutcome.NotExecuted, failure.Outcome);
        }
    }

    [Fact]
    public async Task A_task_made_of_an_operation_that_was_cancelled_is_cancelled_and_not_faulted()
    {
        await using var cluster = new TestCluster();
        var kv = cluster.Connect();
        using var cancel = new CancellationTokenSource();
        var (put, later) = (kv.PutAsync("k", "v", null, cancel.Token).AsTask(), kv.PutAsync("k", "v").AsTask());
        await cancel.CancelAsync();
        await Record.ExceptionAsync(() => put);
        await kv.DisposeAsync();
        await Record.ExceptionAsync(() => later);
        Assert.Equal((TaskStatus.Canceled, TaskStatus.Faulted), (put.Status, later.Status));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task A_deadline_that_is_over_is_refused_wherever_it_is_given(int seconds)
    {
        var over = TimeSpan.FromSeconds(seconds);
        await using var cluster = new TestCluster();
        var kv = cluster.Connect();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => kv.PutAsync("k", "v", over).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => kv.StatusAsync(over));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => kv.ResetAsync("127.0.0.1:1", over));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PbKvClientOptions { Deadline = over });
    }

    [Fact]
    public async Task A_deadline_may_be_longer_than_any_timer()
    {
        await using var cluster = new TestCluster();
        await cluster.StartPairAsync();
        var kv = cluster.Connect(TimeSpan.MaxValue);
        await kv.PutAsync("k", "v").AsTask().WaitAsync(TestCluster.Patience);
        Assert.Equal("v", await kv.GetAsync("k", TimeSpan.FromDays(10_000)).AsTask().WaitAsync(TestCluster.Patience));
        Assert.NotEmpty((await kv.StatusAsync().WaitAsync(TestCluster.Patience)).Servers);
        Assert.NotEmpty((await kv.StatusAsync(TimeSpan.FromDays(10_000)).WaitAsync(TestCluster.Patience)).Servers);
    }

    [Fact]
    public async Task What_is_null_or_no_text_is_refused_by_the_name_of_the_parameter()
    {
        await using var cluster = new TestCluster();
        var kv = cluster.Connect();
        Assert.Equal(
            "key",
            (await Assert.ThrowsAsync<ArgumentNullException>(() => kv.GetAsync((string)null!).AsTask())).ParamName
        );
        Assert.Equal(
            "value",
            (await Assert.ThrowsAsync<ArgumentNullException>(() => kv.PutAsync("k", null!).AsTask())).ParamName
        );
        Assert.Equal(
            "primary",
            (await Assert.ThrowsAsync<ArgumentNullException>(() => kv.ResetAsync(null!))).ParamName
        );
        Assert.Equal(
            "viewServices",
            (await Assert.ThrowsAsync<ArgumentNullException>(() => PbKvClient.ConnectAsync((string)null!))).ParamName
        );
        Assert.Equal(
            "viewServices",
            (await Assert.ThrowsAsync<ArgumentNullException>(() => PbKvClient.ConnectAsync((string[])null!))).ParamName
        );
        // Replaced by U+FFFD it would be the same key as every other half of a pair.
        await Assert.ThrowsAnyAsync<ArgumentException>(() => kv.PutAsync("\ud800", "v").AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => kv.PutAsync("k", "\udfff").AsTask());
    }

    private static string ResultOf(ValueTask<string> operation) => operation.Result;

    private sealed class CountingContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => Volatile.Read(ref _posts);

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            base.Post(d, state);
        }
    }
}
