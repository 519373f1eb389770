using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// The sessions of all clients, by number. A clone costs the same whatever the table holds; what the two share is
/// copied when it is changed next. The digest follows every change, those made through <see cref="Edit"/> too.
/// </summary>
internal sealed class SessionTable
{
    /// <summary>Of a session, beside its results.</summary>
    private const int SessionBytes = 256;

    private static readonly IComparer<(long Id, Session?)> ById = Comparer<(long Id, Session?)>.Create(
        static (one, other) => one.Id.CompareTo(other.Id)
    );

    private ImmutableSortedSet<(long Id, Session? Session)> _sessions = ImmutableSortedSet.Create(ById);
    private SessionOwner _owner = new(0, 0);

    public long Count => _sessions.Count;

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
        _sessions = _sessions.Remove((session, null));
        return true;
    }

    /// <summary>To read, not to change.</summary>
    public Session? Find(long session) => _sessions.TryGetValue((session, null), out var found) ? found.Session : null;

    /// <summary>
    /// The session of the next higher number (the lowest behind null), or null at the end: to go through the table a
    /// little at a time while it changes.
    /// </summary>
    public Session? After(long? session)
    {
        var place = session is { } previous ? _sessions.IndexOf((previous, null)) : -1;
        // Where it is not there, the complement of where it would be.
        var next = session is null || place >= 0 ? place + 1 : ~place;
        return next < _sessions.Count ? _sessions[next].Session : null;
    }

    /// <summary>To change, until the next clone: what it still shares is copied first.</summary>
    public Session Edit(long session)
    {
        var found = Find(session);
        Invariant.Assert(found is not null, $"session {session} is not open");
        var owner = Owner();
        if (found.IsOwnedBy(owner))
            return found;
        found = found.CopyFor(owner);
        _sessions = _sessions.Remove((session, null)).Add((session, found));
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
        return (SessionTable)MemberwiseClone();
    }

    private void Add(Session session)
    {
        _sessions = _sessions.Add((session.Id, session));
        Owner().Digest += session.WholeDigest();
    }

    private SessionOwner Owner()
    {
        if (_owner.Shared)
            _owner = new SessionOwner(_owner.Digest, _owner.Memory);
        return _owner;
    }
}

/// <summary>
/// Goes through the sessions of a table that nobody changes, by their numbers. It may be left alone and taken up again
/// at any time.
/// </summary>
internal sealed class SessionCursor(SessionTable sessions)
{
    private Session? _session;

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
        var next = sessions.After(_session?.Id);
        _session = next ?? _session;
        return next is not null;
    }

    /// <summary>A cursor at the same place that goes on by itself.</summary>
    public SessionCursor Clone() => (SessionCursor)MemberwiseClone();
}
