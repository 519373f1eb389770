using System.Collections.Concurrent;
using PbKv.Actors.Shells;
using PbKv.Actors.Tests.Cluster;
using PbKv.Protocol;
using PbKv.Server;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// One node of a test's cluster: it can be looked into, on its own turn, and paused like a process that is stopped by a
/// signal.
/// </summary>
internal sealed class Member : IDisposable
{
    /// <summary>Whoever is asked by it answers into the relay: the message makes a turn and goes nowhere.</summary>
    private static readonly NodeAddress Looker = new("looker:1");

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private readonly Network _network;
    private readonly NodeAddress _viewService;
    private readonly ConcurrentQueue<Action> _looks = new();
    private readonly ConcurrentQueue<(TimeSpan At, string Text)> _notices = new();
    private readonly ManualResetEventSlim _mayRun = new(true);
    private volatile bool _paused;
    private volatile bool _silent;
    private int _looksAsked;
    private int _looksMet;
    private Node? _node;

    public Member(Network network, NodeAddress viewService, Func<NodeHooks, PbKvNode> start)
    {
        _network = network;
        var relayTo = new NodeHooks(
            out_ => new Relay(this, out_),
            record => _notices.Enqueue((_network.Age, record.Text)),
            node => _node = node
        );
        _viewService = viewService;
        Host = start(relayTo);
        Name = new NodeAddress(Host.Address);
        if (_viewService.Value.Length == 0)
            _viewService = Name;
    }

    public PbKvNode Host { get; }

    public NodeAddress Name { get; }

    public int Port => int.Parse(Host.Address.Split(':')[^1]);

    public ServerId Id => ((ReplicaNode)_node!).Id;

    /// <summary>
    /// Looks that had to be asked for again, for a person who reads the output: messages that were lost, or late.
    /// </summary>
    public string LooksRepeated { get; private set; } = "";

    /// <summary>Its turn has come, and it stands still.</summary>
    public bool IsPaused => _paused;

    public int Count(NoticeKind kind) =>
        _notices.Count(notice => notice.Text.StartsWith($"{kind} ", StringComparison.Ordinal));

    public bool Said(NoticeKind kind, string words) =>
        _notices.Any(notice =>
            notice.Text.StartsWith($"{kind} ", StringComparison.Ordinal)
            && notice.Text.Contains(words, StringComparison.Ordinal)
        );

    public override string ToString() =>
        $"{Name}:"
        + string.Concat(_notices.Select(notice => $"\n  {notice.At.TotalMilliseconds, 6:F0} ms {notice.Text}"));

    /// <summary>
    /// What the node is, at one moment between two of its steps. Faults of the network do not stand in the way.
    /// </summary>
    public async Task<T> LookAsync<TNode, T>(Func<TNode, T> look)
        where TNode : Node
    {
        var seen = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _looks.Enqueue(() => Look(seen, look, (TNode)_node!));
        for (var left = TestCluster.Patience; left > TimeSpan.Zero; left -= AskAgain)
        {
            // Messages are delivered at most once: one that meets a connection that breaks is gone.
            Interlocked.Increment(ref _looksAsked);
            _network.Postman.Send(new Envelope(Looker, Name, Stamp.None, [new StatusRequest(0)]));
            if (await Task.WhenAny(seen.Task, Elapsed(AskAgain)) == seen.Task)
                return await seen.Task;
            LooksRepeated +=
                $"\n  {_network.Age.TotalMilliseconds, 6:F0} ms {Name}, which met {Volatile.Read(ref _looksMet)} of "
                + $"{Volatile.Read(ref _looksAsked)}";
        }
        throw new TimeoutException($"{Name} does not answer to a look: it is stopped, paused or stuck\n{this}");
    }

    public Task<T> LookAsync<T>(Func<ReplicaNode, T> look) => LookAsync<ReplicaNode, T>(look);

    public Task<Dictionary<string, string>> StoreAsync() =>
        LookAsync(node =>
        {
            var entries = new Dictionary<string, string>();
            var cursor = node.Store.Snapshot().Cursor();
            while (cursor.MoveNext())
                entries.Add(cursor.Current.Key.ToString(), cursor.Current.Value.ToString());
            return entries;
        });

    /// <summary>It stops in its next turn, at the latest with its next ping; its mailbox fills meanwhile.</summary>
    public void Pause() => _mayRun.Reset();

    public void Resume() => _mayRun.Set();

    /// <summary>Nothing leaves it from here on: a killed process has no time for a last word.</summary>
    public void FallSilent() => _silent = true;

    /// <summary>What the look throws is the test's business, not the node's.</summary>
    private static void Look<TNode, T>(TaskCompletionSource<T> seen, Func<TNode, T> look, TNode node)
    {
        try
        {
            seen.TrySetResult(look(node));
        }
        catch (Exception failure)
        {
            seen.TrySetException(failure);
        }
    }

    private void Look()
    {
        Interlocked.Increment(ref _looksMet);
        if (_looks.TryDequeue(out var look))
            look();
    }

    private static Task Elapsed(TimeSpan time)
    {
        var elapsed = new TaskCompletionSource();
        Network.Later(time, elapsed.SetResult);
        return elapsed.Task;
    }

    public void Dispose() => _mayRun.Dispose();

    /// <summary>Between the shell and its outbox, on the node's turn.</summary>
    private sealed class Relay(Member member, IOutbox out_) : IOutbox
    {
        public void Send(Envelope envelope)
        {
            if (!member._mayRun.IsSet)
            {
                member._paused = true;
                member._mayRun.Wait(TestCluster.Patience);
                member._paused = false;
            }
            if (member._silent)
                return;
            if (envelope.To != Looker)
                member._network.Send(envelope, member._viewService, out_);
            else
                member.Look();
        }
    }
}
