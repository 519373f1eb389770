using System.Threading.Channels;

namespace Akka.TestKit;

/// <summary>Something that the test actor does on its own turn; the result is the answer.</summary>
internal sealed record OnYourTurn(Func<IActorContext, IActorRef> Work);

/// <summary>The actor behind a test: it puts everything into the inbox.</summary>
internal sealed class TestActorImpl(TestInbox inbox) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is OnYourTurn order) Sender.Tell(order.Work(Context), Self);
        else inbox.Add(new TestMessage(message, Sender));
    }
}

internal sealed record TestMessage(object Message, IActorRef Sender);

/// <summary>What a test actor has received and nobody has looked at.</summary>
internal sealed class TestInbox
{
    private readonly Channel<TestMessage> _messages = Channel.CreateUnbounded<TestMessage>();

    public void Add(TestMessage message) => _messages.Writer.TryWrite(message);

    /// <summary>The next message, or null when none comes in time.</summary>
    public async ValueTask<TestMessage> TakeAsync(TimeSpan max, CancellationToken cancellation)
    {
        if (_messages.Reader.TryRead(out var message)) return message;
        if (max <= TimeSpan.Zero && max != Timeout.InfiniteTimeSpan) return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(max);
        try
        {
            return await _messages.Reader.ReadAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
