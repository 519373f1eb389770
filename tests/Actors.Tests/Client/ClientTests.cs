using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Akka.Remote;
using PbKv.Actors.Shells;
using PbKv.Actors.Tests.Cluster;
using PbKv.Client;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Client;

public class ClientTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(150);

    [Fact]
    public async Task Many_callers_share_one_client_and_each_operation_is_done_once()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        await Task.WhenAll(
            Enumerable
                .Range(0, 64)
                .Select(caller =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 100; i++)
                            await kv.AppendAsync($"caller {caller}", $"{i} ");
                        Assert.Equal(
                            string.Concat(Enumerable.Range(0, 100).Select(i => $"{i} ")),
                            await kv.GetAsync($"caller {caller}")
                        );
                    })
                )
        );
    }

    [Fact]
    public async Task Keys_and_values_are_any_bytes()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        byte[] key = [0, 255, 10],
            value = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        Assert.Null(await kv.TryGetAsync(key));
        await kv.PutAsync(key, value);
        Assert.Equal(value, await kv.GetAsync(key));
        Assert.Equal(value, await kv.PutHashAsync(key, value));
        await kv.AppendAsync(key, "!"u8.ToArray());
        Assert.EndsWith("!", Encoding.UTF8.GetString((await kv.TryGetAsync(key))!));
        await kv.PutAsync("empty", "");
        Assert.Equal("", await kv.TryGetAsync("empty"));
    }

    [Fact]
    public async Task The_memory_of_key_and_value_may_be_used_again_at_once()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        var buffer = "kv"u8.ToArray();
        var put = kv.PutAsync(buffer.AsMemory(0, 1), buffer.AsMemory(1, 1));
        Array.Clear(buffer);
        await put;
        Assert.Equal("v", await kv.GetAsync("k"));
    }

    [Fact]
    public async Task Many_large_values_come_back_though_they_fit_into_no_frame_together()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        var value = new string('x', 1 << 20);
        await kv.PutAsync("large", value);
        var values = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => kv.GetAsync("large").AsTask()));
        Assert.All(values, read => Assert.Equal(value.Length, read.Length));
    }

    [Fact]
    public async Task What_cannot_be_stored_is_refused_before_anything_is_sent()
    {
        await using var cluster = new TestCluster("pbkv { max-key-size = 10B, max-value-size = 100B }");
        var kv = cluster.Connect();
        var empty = await FailsAsync(() => kv.PutAsync("", "v"));
        Assert.Equal((PbKvError.EmptyKey, PbKvOutcome.NotExecuted), (empty.Code, empty.Outcome));
        var key = await FailsAsync(() => kv.PutAsync("a very long key", "v"));
        Assert.Equal((PbKvError.KeyTooLong, PbKvOutcome.NotExecuted), (key.Code, key.Outcome));
        Assert.Contains("15 bytes", key.Message);
        var value = await FailsAsync(() => kv.PutAsync("k", new string('x', 101)));
        Assert.Equal((PbKvError.ValueTooLarge, PbKvOutcome.NotExecuted), (value.Code, value.Outcome));
    }

    [Fact]
    public async Task What_the_servers_have_no_memory_for_is_refused_and_surely_not_done()
    {
        await using var cluster = new TestCluster("pbkv.max-memory = 1MiB");
        var (_, _, kv) = await cluster.StartPairAsync();
        await kv.PutAsync("k", new string('x', 1 << 19));
        var full = await FailsAsync(() => kv.PutAsync("l", new string('x', 1 << 19)));
        Assert.Equal((PbKvError.Full, PbKvOutcome.NotExecuted), (full.Code, full.Outcome));
        Assert.Contains("pbkv.max-memory", full.Message);
        await kv.PutAsync("k", "shorter");
        await kv.PutAsync("l", new string('x', 1 << 19));
        var servers = (await kv.StatusAsync()).Answers;
        Assert.All(servers, server => Assert.InRange(server.Memory, 1 << 19, server.MaxMemory));
        Assert.All(servers, server => Assert.Equal(1 << 20, server.MaxMemory));
    }

    [Fact]
    public async Task Without_a_server_the_deadline_passes_and_nothing_was_sent()
    {
        await using var cluster = new TestCluster();
        var kv = cluster.Connect(Soon);
        var failure = await FailsAsync(() => kv.PutAsync("k", "v"));
        Assert.Equal((PbKvError.Unreachable, PbKvOutcome.NotExecuted), (failure.Code, failure.Outcome));
    }

    [Fact]
    public async Task A_deadline_after_the_request_left_leaves_the_outcome_unknown()
    {
        await using var cluster = new TestCluster();
        await cluster.StartPairAsync();
        var kv = cluster.Connect(hooks: WithoutRequests(out var sent));
        // Where the view is known and the session open, the next request leaves at once.
        var first = kv.PutAsync("k", "v").AsTask();
        await sent.WaitAsync(TestCluster.Patience);
        var failure = await FailsAsync(() => kv.PutAsync("k", "v", 5 * Soon));
        Assert.Equal((PbKvError.DeadlinePassed, PbKvOutcome.Unknown), (failure.Code, failure.Outcome));
        Assert.False(first.IsCompleted);
    }

    [Fact]
    public async Task A_failure_of_unknown_outcome_says_what_it_means_to_ask_again()
    {
        await using var cluster = new TestCluster();
        await cluster.StartPairAsync();
        var kv = cluster.Connect(hooks: WithoutRequests(out var sent));
        // Where the view is known and the session open, the next request leaves at once.
        _ = kv.PutAsync("k", "v").AsTask();
        await sent.WaitAsync(TestCluster.Patience);
        await SaysAsync("unknown", kv.PutAsync("k", "v", 5 * Soon).AsTask());
        await SaysAsync("may be done twice", kv.AppendAsync("k", "v", 5 * Soon).AsTask());
        await SaysAsync("may be done twice", kv.IncrementAsync("k", deadline: 5 * Soon).AsTask());
        var revision = PbKvCondition.RevisionIs(1);
        await SaysAsync("is done once at most", kv.DeleteAsync("k", revision, deadline: 5 * Soon).AsTask());

        static async Task SaysAsync(string end, Task operation) =>
            Assert.EndsWith(end, (await Assert.ThrowsAsync<PbKvException>(() => operation)).Message);
    }

    [Fact]
    public async Task What_is_cancelled_before_it_could_be_sent_is_not_executed()
    {
        await using var cluster = new TestCluster();
        var kv = cluster.Connect();
        using var cancel = new CancellationTokenSource();
        var put = kv.PutAsync("k", "v", cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        var failure = await Assert.ThrowsAsync<PbKvCanceledException>(() => put.AsTask());
        Assert.Equal(PbKvOutcome.NotExecuted, failure.Outcome);
        Assert.Equal(cancel.Token, failure.CancellationToken);
        failure = await Assert.ThrowsAsync<PbKvCanceledException>(() =>
            kv.PutAsync("k", "v", cancellationToken: cancel.Token).AsTask()
        );
        Assert.Equal(PbKvOutcome.NotExecuted, failure.Outcome);
    }

    [Fact]
    public async Task What_is_cancelled_after_it_was_sent_has_an_unknown_outcome()
    {
        await using var cluster = new TestCluster();
        await cluster.StartPairAsync();
        var kv = cluster.Connect(hooks: WithoutRequests(out var sent));
        using var cancel = new CancellationTokenSource();
        var put = kv.PutAsync("k", "v", cancellationToken: cancel.Token);
        await sent.WaitAsync(TestCluster.Patience);
        await cancel.CancelAsync();
        var failure = await Assert.ThrowsAsync<PbKvCanceledException>(() => put.AsTask());
        Assert.Equal(PbKvOutcome.Unknown, failure.Outcome);
    }

    [Fact]
    public async Task Disposing_fails_what_is_outstanding_and_what_comes_later()
    {
        await using var cluster = new TestCluster();
        var kv = cluster.Connect();
        var put = kv.PutAsync("k", "v").AsTask();
        await kv.DisposeAsync();
        Assert.Equal(PbKvError.ClientClosed, (await Assert.ThrowsAsync<PbKvException>(() => put)).Code);
        var late = await FailsAsync(() => kv.PutAsync("k", "v"));
        Assert.Equal((PbKvError.ClientClosed, PbKvOutcome.NotExecuted), (late.Code, late.Outcome));
        await Assert.ThrowsAsync<PbKvException>(() => kv.StatusAsync());
        await kv.DisposeAsync();
    }

    [Fact]
    public async Task Disposing_closes_the_session()
    {
        await using var cluster = new TestCluster();
        var (_, _, observer) = await cluster.StartPairAsync();
        var kv = cluster.Connect();
        await kv.PutAsync("k", "v");
        await TestCluster.StatusAsync(
            observer,
            status => status.Answers.All(server => server.Sessions == 1) && status.Answers.Length == 2
        );
        await kv.DisposeAsync();
        await TestCluster.StatusAsync(
            observer,
            status => status.Answers.All(server => server.Sessions == 0) && status.Answers.Length == 2
        );
    }

    [Fact]
    public async Task A_client_that_has_gone_is_told_of_no_view()
    {
        var told = new ConcurrentQueue<NodeAddress>();
        await using var cluster = new TestCluster(hooks: new NodeHooks(outbox => new Listening(outbox, told)));
        var observer = cluster.Connect();
        cluster.StartReplica();
        await TestCluster.StatusAsync(observer, status => status.ViewService.Acknowledged);
        var (gone, stays) = (cluster.Connect(), cluster.Connect());
        await gone.PutAsync("k", "v");
        await stays.PutAsync("k", "v");
        var ended = new TaskCompletionSource();
        var system = cluster.ViewService.System;
        system.EventStream.Subscribe(
            system.ActorOf(Props.Create(() => new HearsOfAnEnd(ended))),
            typeof(DisassociatedEvent)
        );
        await gone.DisposeAsync();
        await ended.Task.WaitAsync(TestCluster.Patience);
        // Whoever is subscribed hears of it in one go; this question comes to the view service behind it.
        await TestCluster.StatusAsync(observer, _ => true);
        told.Clear();
        cluster.StartReplica();
        await TestCluster.StatusAsync(observer, status => status.ViewService.Synced);
        Assert.Single(told.Distinct());
    }

    [Fact]
    public async Task A_client_that_fails_says_so_to_every_caller()
    {
        await using var cluster = new TestCluster();
        await cluster.StartPairAsync();
        var kv = cluster.Connect(hooks: new NodeHooks(_ => new Throwing()));
        Assert.Equal(PbKvError.ClientFailed, (await FailsAsync(() => kv.PutAsync("k", "v"))).Code);
        Assert.Equal(PbKvError.ClientFailed, (await FailsAsync(() => kv.PutAsync("k", "v"))).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nowhere")]
    [InlineData("127.0.0.1:1,")]
    public async Task An_address_that_is_none_is_refused_at_once(string address)
    {
        var refusal = await Assert.ThrowsAsync<PbKvStartException>(() => PbKvClient.ConnectAsync(address));
        Assert.Contains("host:port", refusal.Message);
    }

    private static Task<PbKvException> FailsAsync(Func<ValueTask> operation) =>
        Assert.ThrowsAsync<PbKvException>(() => operation().AsTask());

    /// <summary>The client's requests are lost on the way, and the first one is told.</summary>
    private static NodeHooks WithoutRequests(out Task sent)
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sent = first.Task;
        return new NodeHooks(outbox => new Losing(outbox, first));
    }

    private sealed class Losing(IOutbox outbox, TaskCompletionSource first) : IOutbox
    {
        public void Send(Envelope envelope)
        {
            if (envelope.Messages.Any(message => message is Request))
                first.TrySetResult();
            else
                outbox.Send(envelope);
        }
    }

    /// <summary>Clients that are told of a view.</summary>
    private sealed class Listening(IOutbox outbox, ConcurrentQueue<NodeAddress> told) : IOutbox
    {
        public void Send(Envelope envelope)
        {
            if (
                envelope.To.Value.Contains("pbkv-client", StringComparison.Ordinal)
                && envelope.Messages.Any(message => message is ViewNews)
            )
                told.Enqueue(envelope.To);
            outbox.Send(envelope);
        }
    }

    private sealed class HearsOfAnEnd : ReceiveActor
    {
        public HearsOfAnEnd(TaskCompletionSource ended) => Receive<DisassociatedEvent>(_ => ended.TrySetResult());
    }

    private sealed class Throwing : IOutbox
    {
        public void Send(Envelope envelope) => throw new InvalidOperationException("nothing can be sent");
    }
}
