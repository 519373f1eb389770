using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// The sessions of all clients, by number. A clone and a snapshot cost the same whatever the table holds; what they
/// share is copied when it is changed next. The digest follows every change, those made through <see cref="Edit"/> too.
/// </summary>
internal sealed class SessionTable
{
    /// <summary>Of a session, beside its results.</summary>
    private const int SessionBytes = 256;

    private SessionTrie _sessions;
    private SessionOwner _owner;

    public SessionTable() => _owner = new SessionOwner(0, 0);

    private SessionTable(SessionTable other)
    {
        _sessions = other._sessions;
        _owner = other._owner;
        Count = other.Count;
    }

    public long Count { get; private set; }

    /// <summary>About the memory of all of it; it follows from the contents alone.</summary>
    public long Memory => _owner.Memory + (SessionBytes * Count);

    /// <summary>A sum over sessions, floors and results, equal for equal contents on every machine.</summary>
    public ulong Digest => _owner.Digest;

    /// <summary>A new session with floor 0 and no results.</summary>
    public void Open(long session)
    {
        Invariant.Assert(Find(session) is null, $"session {session} is opened twice");
        Add(new Session(session, Owner()));
    }

    /// <summary>Returns false where there was no such session.</summary>
    public bool Close(long session)
    {
        var closed = Find(session);
        if (closed is null)
            return false;
        Owner().Digest -= closed.WholeDigest();
        Owner().Memory -= closed.Memory;
        _sessions.Remove(session, Owner());
        Count--;
        return true;
    }

    /// <summary>To read, not to change.</summary>
    public Session? Find(long session) => _sessions.Find(session);

    /// <summary>
    /// The session behind this one in the table's order (the first behind null), or null at the end: to go through the
    /// table a little at a time while it changes.
    /// </summary>
    public Session? After(long? session)
    {
        var hash = session is { } previous ? SessionTrie.HashOf(previous) : ulong.MaxValue;
        return session is not null && hash == ulong.MaxValue ? null : _sessions.AtOrAfter(unchecked(hash + 1));
    }

    /// <summary>To change, until the next clone or snapshot: what one of them still shares is copied first.</summary>
    public Session Edit(long session)
    {
        var found = Find(session);
        Invariant.Assert(found is not null, $"session {session} is not open");
        var owner = Owner();
        if (found.IsOwnedBy(owner))
            return found;
        found = found.CopyFor(owner);
        _sessions.Set(found, owner);
        return found;
    }

    /// <summary>Puts a session that came with a transfer.</summary>
    /// <param name="goesOn">The image is a further part of a session: what was loaded of it before stays.</param>
    public void Load(SessionImage image, bool goesOn = false)
    {
        if (!goesOn)
        {
            Close(image.Session);
            Add(new Session(image.Session, Owner()));
        }
        var session = Edit(image.Session);
        session.RaiseFloor(image.Floor);
        foreach (var result in image.Results)
            session.Record(result);
    }

    /// <summary>An equal table; both go on independently.</summary>
    public SessionTable Clone()
    {
        _owner.Shared = true;
        return new SessionTable(this);
    }

    /// <summary>The sessions as they are now, for ever.</summary>
    public SessionSnapshot Snapshot()
    {
        _owner.Shared = true;
        return new SessionSnapshot(_sessions, Count, Digest);
    }

    private void Add(Session session)
    {
        _sessions.Set(session, Owner());
        _owner.Digest += session.WholeDigest();
        Count++;
    }

    private SessionOwner Owner()
    {
        if (_owner.Shared)
            _owner = new SessionOwner(_owner.Digest, _owner.Memory);
        return _owner;
    }
}

/// <summary>What a table of sessions held at one moment. Immutable.</summary>
internal sealed class SessionSnapshot
{
    private readonly SessionTrie _sessions;

    internal SessionSnapshot(SessionTrie sessions, long count, ulong digest)
    {
        _sessions = sessions;
        Count = count;
        Digest = digest;
    }

    public long Count { get; }

    public ulong Digest { get; }

    public Session? Find(long session) => _sessions.Find(session);

    /// <summary>A cursor before the first session.</summary>
    public SessionCursor Cursor() => new(this);

    internal Session? AtOrAfter(ulong hash) => _sessions.AtOrAfter(hash);
}

/// <summary>
/// Goes through the sessions of a snapshot in an order that depends on nothing but their numbers. It may be left alone
/// and taken up again at any time.
/// </summary>
internal sealed class SessionCursor
{
    private readonly SessionSnapshot _snapshot;
    private Session? _session;
    private ulong _next;
    private bool _last;

    internal SessionCursor(SessionSnapshot snapshot) => _snapshot = snapshot;

    private SessionCursor(SessionCursor other) =>
        (_snapshot, _session, _next, _last) = (other._snapshot, other._session, other._next, other._last);

    /// <summary>The session that MoveNext came to.</summary>
    public SessionImage Current
    {
        get
        {
            Invariant.Assert(_session is not null, "a cursor is read before its first session");
            return _session.Image();
        }
    }

    public bool MoveNext()
    {
        var found = _last ? null : _snapshot.AtOrAfter(_next);
        if (found is null)
        {
            _last = true;
            return false;
        }
        _session = found;
        _next = unchecked(SessionTrie.HashOf(found.Id) + 1);
        _last = _next == 0;
        return true;
    }

    /// <summary>A cursor at the same place that goes on by itself.</summary>
    public SessionCursor Clone() => new(this);
}
