namespace PbKv.Checking;

/// <summary>What a backup must take over, and in which order; and what may not be executed.</summary>
internal static partial class Without
{
    /// <summary>What is missing before a forward was nothing; what it holds comes next, wherever it begins.</summary>
    private sealed class ForwardsInOrder : RuleLeftOut
    {
        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects)
        {
            if (message is not Forward forward || !server.Installed || forward.View != server.View.Id)
                return message;
            var next = server.Position + 1;
            for (var serial = 1L; serial < forward.Serial; serial++)
                server.Obey(from, new Forward(forward.View, serial, next, -1, []), new Effects());
            return forward with { FirstPosition = next };
        }
    }

    /// <summary>The results of the sessions that come with a transfer are forgotten.</summary>
    private sealed class SessionsTravelWithTransfer : RuleLeftOut
    {
        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects)
        {
            if (!server.JustInstalled)
                return;
            foreach (var session in AllOf(server.Sessions))
                server.Sessions.Load(session with { Results = [] });
        }
    }

    /// <summary>What comes in a forward is of no session.</summary>
    private sealed class SessionsTravelWithForwards : RuleLeftOut
    {
        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects) =>
            message is Forward forward ? forward with { Batches = [.. forward.Batches.Select(OfNoSession)] } : message;

        private static Batch OfNoSession(Batch batch) =>
            batch.Operations[0].Kind is OperationKind.CloseSession or OperationKind.ExpireSession
                ? batch
                : batch with
                {
                    Session = 0,
                };
    }

    /// <summary>A repeated first chunk begins the transfer anew.</summary>
    private sealed class InstallOncePerView : RuleLeftOut
    {
        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects)
        {
            if (message is Chunk { Index: 0 } chunk && chunk.View == server.View.Id && server.Installed)
                server.EnterAgain(effects);
            return message;
        }
    }

    /// <summary>What was there before a transfer, and is not in it, is kept.</summary>
    private sealed class InstallReplaces : RuleLeftOut
    {
        private ImmutableArray<Entry> _entries;
        private ImmutableArray<SessionImage> _sessions;

        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects)
        {
            if (message is Chunk { Last: true } && !server.Installed)
                (_entries, _sessions) = (AllOf(server.Store), AllOf(server.Sessions));
            return message;
        }

        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects)
        {
            if (!server.JustInstalled)
                return;
            foreach (var entry in _entries.Where(entry => !server.Store.TryGet(entry.Key, out _)))
                server.Store.Put(entry.Key, entry.Value);
            foreach (var session in _sessions.Where(session => server.Sessions.Find(session.Session) is null))
                server.Sessions.Load(session);
        }
    }

    /// <summary>Two who were paired before go on with what each holds.</summary>
    private sealed class TransferInEveryView : RuleLeftOut
    {
        private long _entered;
        private ServerId? _pairedWith;

        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects)
        {
            if (server.View.Number == _entered || server.Role == ReplicaRole.Idle)
                return;
            _entered = server.View.Number;
            var isPrimary = server.Role == ReplicaRole.Primary;
            if ((isPrimary ? server.View.Backup : server.View.Primary) is not { } other)
                return;
            if (other == _pairedWith)
                server.Obey(other.Address, isPrimary ? new Installed(server.View.Id) : WhatItHolds(server), effects);
            effects.Messages.RemoveAll(said => other == _pairedWith && said.Message is Chunk);
            _pairedWith = other;
        }

        public override void AddTo(ref Fingerprint fingerprint) => fingerprint.Add(_pairedWith?.ToString());

        private static Chunk WhatItHolds(ReplicaWithout server)
        {
            var (entries, sessions) = (AllOf(server.Store), AllOf(server.Sessions));
            var chunk = new Chunk(server.View.Id, 0, true, server.Position, 0, entries, sessions)
            {
                Count = entries.Length + sessions.Length,
            };
            return chunk with { Digest = chunk.DigestWith(server.Digest) };
        }
    }

    /// <summary>A session that is named is opened.</summary>
    private sealed class UnknownSessionsRefused : RuleLeftOut
    {
        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects)
        {
            if (message is Request { Batch.Session: var session } && server.Confirmed)
            {
                if (server.Sessions.Find(session) is null)
                    server.Sessions.Open(session);
            }
            return message;
        }
    }

    /// <summary>What a session has forgotten is executed as if another session asked for it.</summary>
    private sealed class BelowFloorRefused : RuleLeftOut
    {
        private const long Elsewhere = 1L << 50;

        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects)
        {
            if (message is not Request request || server.Sessions.Find(request.Batch.Session) is not { } session)
                return message;
            if (!server.Confirmed || request.Batch.Operations.All(o => o.IsRead || o.Sequence >= session.Floor))
                return message;
            var other = session.Id + Elsewhere;
            if (server.Sessions.Find(other) is null)
                server.Sessions.Open(other);
            return request with { Batch = request.Batch with { Session = other, Floor = 0 } };
        }
    }

    private static ImmutableArray<Entry> AllOf(KvStore store)
    {
        var entries = ImmutableArray.CreateBuilder<Entry>();
        for (var cursor = store.Snapshot().Cursor(); cursor.MoveNext(); )
            entries.Add(cursor.Current);
        return entries.DrainToImmutable();
    }

    private static ImmutableArray<SessionImage> AllOf(SessionTable sessions)
    {
        var images = ImmutableArray.CreateBuilder<SessionImage>();
        for (var cursor = new SessionCursor(sessions.Clone()); cursor.MoveNext(); )
            images.Add(cursor.Current);
        return images.DrainToImmutable();
    }
}
