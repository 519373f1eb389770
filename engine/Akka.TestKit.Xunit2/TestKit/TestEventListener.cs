namespace Akka.TestKit;

internal sealed record Mute(EventFilterRule Filter);
internal sealed record Unmute(EventFilterRule Filter);

/// <summary>The logger of systems under test: lines that an event filter waits for are counted and not written.</summary>
public class TestEventListener : DefaultLogger
{
    private static readonly Type[] Channels = [typeof(Mute), typeof(Unmute), typeof(AllDeadLetters)];
    private readonly List<EventFilterRule> _filters = [];

    protected override bool Receive(object message)
    {
        if (message is InitializeLogger initialize) Array.ForEach(Channels, type => initialize.LoggingBus.Subscribe(Self, type));
        if (message is Mute mute) _filters.Add(mute.Filter);
        else if (message is Unmute unmute) _filters.Remove(unmute.Filter);
        else return _filters.Exists(f => f.Take(message)) || message is AllDeadLetters || base.Receive(message);
        return true;
    }
}
