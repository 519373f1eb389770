using System.Collections.Immutable;

namespace PbKv.Bench.Core;

/// <summary>A primary and its synced backup, whose messages are handed over by direct calls, in order.</summary>
internal sealed class Pair
{
    private static readonly NodeAddress ViewService = new("view service");
    private static readonly NodeAddress Clerk = new("clerk");

    private readonly ReplicaNode _primary = Server("a");
    private readonly ReplicaNode _backup = Server("b");
    private readonly Queue<(ReplicaNode To, NodeAddress From, Message Message)> _wire = new();
    private readonly Effects _effects = new();
    private long _requests;
    private long _session;
    private long _opened;
    private long _replies;

    public Pair()
    {
        var alone = new View(new ClusterId(1), 1, _primary.Id, null);
        var both = alone with { Number = 2, Backup = _backup.Id };
        Give(_primary, ViewService, new ViewNews(alone, Acknowledged: true));
        Give(_primary, ViewService, new ViewNews(both, Acknowledged: true));
        Give(_backup, ViewService, new ViewNews(both, Acknowledged: true));
        Settle();
        Invariant.Assert(_backup.Synced, "the backup is not synced");
    }

    public long OpenSession()
    {
        Give(_primary, Clerk, new OpenSession(GroupName.Default, _primary.View.Id, ++_requests));
        Settle();
        return _session;
    }

    public void Put(long session, long floor, ImmutableArray<Operation> operations) =>
        Give(
            _primary,
            Clerk,
            new Request(GroupName.Default, _primary.View.Id, ++_requests, new Batch(session, floor, operations))
        );

    public void Settle()
    {
        while (_wire.TryDequeue(out var next))
            Give(next.To, next.From, next.Message);
    }

    public void MustBeEqual()
    {
        Invariant.Assert(_replies + _opened == _requests, $"{_requests} requests, {_replies} answers");
        Invariant.Assert(
            _primary.Position == _backup.Position
                && _primary.Store.Digest == _backup.Store.Digest
                && _primary.Sessions.Digest == _backup.Sessions.Digest,
            "primary and backup differ"
        );
    }

    private void Give(ReplicaNode node, NodeAddress from, Message message)
    {
        node.Handle(from, message, _effects);
        foreach (var (to, sent) in _effects.Messages)
        {
            if (to == _primary.Id.Address)
                _wire.Enqueue((_primary, node.Id.Address, sent));
            else if (to == _backup.Id.Address)
                _wire.Enqueue((_backup, node.Id.Address, sent));
            else if (sent is SessionOpened opened)
                (_session, _opened) = (opened.Session, _opened + 1);
            else if (sent is Reply)
                _replies++;
            else
                Invariant.Assert(to == ViewService, $"the clerk was sent {sent}");
        }
        _effects.Clear();
    }

    private static ReplicaNode Server(string name) =>
        new(new ServerId(new NodeAddress(name), 1), [ViewService], GroupName.Default, ProtocolSettings.Default);
}
