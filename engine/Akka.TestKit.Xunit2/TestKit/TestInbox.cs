using System.Threading.Channels;
using Akka.Actor;

namespace Akka.TestKit;

internal sealed record TestMessage(object Message, IActorRef Sender);

/// <summary>What a test actor has received and nobody has looked at.</summary>
internal sealed class TestInbox
{
    private readonly Channel<TestMessage> _messages = Channel.CreateUnbounded<TestMessage>();

    public void Add(object message, IActorRef sender) => _messages.Writer.TryWrite(new TestMessage(message, sender));

    public bool HasMessages => _messages.Reader.Count > 0;

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

internal sealed record WatchFor(IActorRef Subject);

internal sealed record UnwatchFor(IActorRef Subject);

/// <summary>The actor behind a test: it puts everything into the inbox.</summary>
internal sealed class TestActorImpl : UntypedActor
{
    private readonly TestInbox _inbox;

    public TestActorImpl(TestInbox inbox) => _inbox = inbox;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchFor watch:
                Context.Watch(watch.Subject);
                Sender.Tell(watch.Subject, Self);
                break;
            case UnwatchFor unwatch:
                Context.Unwatch(unwatch.Subject);
                Sender.Tell(unwatch.Subject, Self);
                break;
            default:
                _inbox.Add(message, Sender);
                break;
        }
    }
}
