namespace Akka.TestKit;

/// <summary>Runs an action, and fails unless the events that were described come along.</summary>
public interface IEventFilterApplier
{
    void ExpectOne(Action action, CancellationToken cancellationToken = default);
    Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default);
    Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default);
    void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default);
}

/// <summary>Describes log lines and dead letters that a test waits for. Needs TestEventListener among `akka.loggers`.</summary>
public class EventFilterFactory(TestKitBase testkit)
{
    public IEventFilterApplier Exception<TException>(string message = null, string start = null, string contains = null, string source = null)
        where TException : Exception
    {
        var text = TextMatcher(message, start, contains);
        return Log<Error>(source, e => e.Cause is TException && (text(e.Message?.ToString()) || text(e.Cause.Message)));
    }

    public IEventFilterApplier Error(string message = null, string start = null, string contains = null, string source = null) =>
        Text<Error>(message, start, contains, source);

    public IEventFilterApplier Warning(string message = null, string start = null, string contains = null, string source = null) =>
        Text<Warning>(message, start, contains, source);

    public IEventFilterApplier Info(string message = null, string start = null, string contains = null, string source = null) =>
        Text<Info>(message, start, contains, source);

    public IEventFilterApplier DeadLetter() => Letter(_ => true, null);
    public IEventFilterApplier DeadLetter<TMessage>(string source = null) => Letter(m => m is TMessage, source);

    public IEventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool> isMatch, string source = null) => Letter(m => m is TMessage message && isMatch(message), source);

    public IEventFilterApplier DeadLetter(Type type, string source = null) => Letter(type.IsInstanceOfType, source);

    public IEventFilterApplier DeadLetter(Type type, Func<object, bool> isMatch, string source = null) =>
        Letter(m => type.IsInstanceOfType(m) && isMatch(m), source);

    private Applier Text<TEvent>(string message, string start, string contains, string source) where TEvent : LogEvent
    {
        var text = TextMatcher(message, start, contains);
        return Log<TEvent>(source, e => text(e.Message?.ToString()));
    }

    private Applier Log<TEvent>(string source, Func<TEvent, bool> isMatch) where TEvent : LogEvent =>
        new(testkit, $"{typeof(TEvent).Name} event", o => o is TEvent e && (source is null || e.LogSource == source) && isMatch(e));

    private Applier Letter(Func<object, bool> isMatch, string source) =>
        new(testkit, "dead letter", o => o is DeadLetter letter && isMatch(letter.Message) && (source is null || letter.Recipient.Path.ToString() == source));

    private static Func<string, bool> TextMatcher(string message, string start, string contains) => text =>
        (message is null || text == message)
        && (start is null || text?.StartsWith(start, StringComparison.Ordinal) == true)
        && (contains is null || text?.Contains(contains, StringComparison.Ordinal) == true);

    private sealed class Applier(TestKitBase kit, string what, Func<object, bool> isMatch) : IEventFilterApplier
    {
        public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, action, cancellationToken);

        public Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default) =>
            ExpectAsync(1, TestKitBase.Asynchronous(action), cancellationToken);

        public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, actionAsync, cancellationToken);

        public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
            ExpectAsync(expectedCount, TestKitBase.Asynchronous(action), cancellationToken).GetAwaiter().GetResult();

        private async Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken)
        {
            var rule = new EventFilterRule(isMatch, expectedCount);
            kit.Sys.EventStream.Publish(new Mute(rule));
            try
            {
                await actionAsync().ConfigureAwait(false);
                var leeway = kit.Setting("filter-leeway");
                if (!await rule.Reached(leeway, cancellationToken).ConfigureAwait(false))
                    throw TestKitBase.Failure($"Timeout {leeway} while waiting for {expectedCount} x {what}; {rule.Count} came.");
                if (rule.Count > expectedCount) throw TestKitBase.Failure($"Expected {expectedCount} x {what}; {rule.Count} came.");
            }
            finally
            {
                kit.Sys.EventStream.Publish(new Unmute(rule));
            }
        }
    }
}

/// <summary>Counts what fits, on the logger's turn, for a test that waits on another thread.</summary>
internal sealed class EventFilterRule(Func<object, bool> isMatch, int expected)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public bool Take(object occurrence)
    {
        if (!isMatch(occurrence)) return false;
        if (Interlocked.Increment(ref _count) >= expected) _reached.TrySetResult();
        return true;
    }

    public async Task<bool> Reached(TimeSpan leeway, CancellationToken cancellation)
    {
        var over = Task.Delay(leeway, cancellation);
        var first = await Task.WhenAny(expected == 0 ? over : _reached.Task, over).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return expected == 0 || first != over;
    }
}
