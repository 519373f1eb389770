namespace Akka.TestKit;

/// <summary>What becomes true in time.</summary>
public abstract partial class TestKitBase
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(20);

    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(assertion, duration, interval, cancellationToken).GetAwaiter().GetResult();

    public Task AwaitAssertAsync(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(Asynchronous(assertion), duration, interval, cancellationToken);

    /// <summary>Tries until the assertion holds; when the time is over, its last failure is the result.</summary>
    public async Task AwaitAssertAsync(Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var end = Now + RemainingOrDilated(duration);
        while (true)
        {
            try
            {
                await assertion().ConfigureAwait(false);
                return;
            }
            catch (Exception) when (Now < end)
            {
                // Not yet: what it says is of interest only if it is still so at the end.
                await Task.Delay(interval ?? DefaultInterval, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitAssert(() => Assert.True(conditionIsFulfilled(), $"Timeout {RemainingOrDilated(max)}: the condition did not come true."), max, null, cancellationToken);

    /// <summary>Runs the action, and fails when it takes longer. Expectations inside share the time.</summary>
    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(max, Asynchronous(action), epsilonValue, cancellationToken).GetAwaiter().GetResult();

    public async Task WithinAsync(TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (outer, start, limit) = (_end, Now, Dilated(max));
        _end = outer < start + limit ? outer : start + limit;
        try
        {
            await actionAsync().ConfigureAwait(false);
        }
        finally
        {
            _end = outer;
        }
        var took = Now - start;
        if (took > limit + (epsilonValue ?? TimeSpan.Zero)) throw Failure($"The block took {took}; it should have taken {limit} at most.");
    }
}
