namespace PbKv.Server;

/// <summary>A running view service or server, for whoever hosts it.</summary>
public sealed partial class PbKvNode : IAsyncDisposable
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IActorRef _guardian;
    private volatile bool _stopping;

    /// <param name="owned">Disposed when the node has stopped.</param>
    internal PbKvNode(
        ActorSystem system,
        string address,
        string name,
        Func<Action, Props> node,
        IDisposable? owned = null
    )
    {
        System = system;
        Address = address;
        if (owned is not null)
            system.RegisterOnTermination(owned.Dispose);
        _guardian = system.ActorOf(
            NodeGuardian.CreateProps(node(() => _left.TrySetResult()), name, OnEnded),
            NodePath.Guardian
        );
    }

    /// <summary>host:port by which others reach it.</summary>
    public string Address { get; }

    /// <summary>
    /// Completes when the node failed, with the reason: it has stopped by itself and comes back only in a new process.
    /// </summary>
    public Task<Exception> Failed => _failed.Task;

    internal ActorSystem System { get; }

    /// <summary>
    /// Asks a server to be replaced, and waits until nothing depends on it any more. A lone primary, and one whose
    /// backup is not synced, is never let go: bound the wait.
    /// </summary>
    /// <returns>Whether it was replaced in time.</returns>
    public async Task<bool> LeaveAsync(TimeSpan within, CancellationToken cancellationToken = default)
    {
        _guardian.Tell(new KvReplica.Leave());
        var limit = Task.Delay(within, cancellationToken);
        return await Task.WhenAny(_left.Task, _failed.Task, limit).ConfigureAwait(false) == _left.Task;
    }

    public Task StopAsync()
    {
        IsStopping();
        return System.Terminate();
    }

    public ValueTask DisposeAsync() => new(StopAsync());

    /// <summary>From now on its end is no failure.</summary>
    internal void IsStopping() => _stopping = true;

    /// <summary>The number of the view that it knows; 0: none yet.</summary>
    /// <exception cref="AskTimeoutException">It does not answer.</exception>
    internal Task<long> ViewAsync(CancellationToken cancellation) =>
        _guardian.Ask<long>(new ViewQuestion(), AnswersWithin, cancellation);

    private void OnEnded(Exception? failure)
    {
        if (failure is not null)
            _failed.TrySetResult(failure);
        else if (!_stopping)
            _failed.TrySetResult(
                new InvalidOperationException($"the node {Address} was stopped by somebody else than its host")
            );
    }

    /// <summary>Asks a node for the number of the view that it knows.</summary>
    internal sealed record ViewQuestion;
}
