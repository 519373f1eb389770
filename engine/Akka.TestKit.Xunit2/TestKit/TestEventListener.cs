using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit;

internal sealed record Mute(EventFilterRule Filter);

internal sealed record Unmute(EventFilterRule Filter);

/// <summary>The logger of systems under test: lines that an event filter waits for are counted and not written.</summary>
public class TestEventListener : DefaultLogger
{
    private readonly List<EventFilterRule> _filters = [];

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger initialize:
                foreach (var type in new[] { typeof(Mute), typeof(Unmute), typeof(DeadLetter), typeof(UnhandledMessage) })
                    initialize.LoggingBus.Subscribe(Self, type);
                return base.Receive(message);
            case Mute mute:
                _filters.Add(mute.Filter);
                return true;
            case Unmute unmute:
                _filters.Remove(unmute.Filter);
                return true;
            case AllDeadLetters letter:
                IsMuted(letter);
                return true;
            case LogEvent logEvent when IsMuted(logEvent):
                return true;
            default:
                return base.Receive(message);
        }
    }

    private bool IsMuted(object occurrence) => _filters.Exists(f => f.Take(occurrence));
}
