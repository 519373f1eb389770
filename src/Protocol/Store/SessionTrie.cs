using System.Runtime.CompilerServices;

namespace PbKv.Protocol;

/// <summary>
/// From the number of a session to the session: branches of 16 by four bits of the number's hash, the highest first. A
/// session hangs as high as it can, and a branch that is down to one session goes. Different numbers have different
/// hashes (<see cref="HashOf"/> loses nothing), so there are no collisions.
/// A value type: copying it shares the nodes, and whoever changes them afterwards has to do so under a new owner.
/// </summary>
internal struct SessionTrie
{
    private object? _root;

    public static ulong HashOf(long session) => Hashing.Mix((ulong)session);

    public readonly Session? Find(long session)
    {
        var node = _root;
        for (var bits = HashOf(session); node is SessionBranch branch; bits <<= SessionBranch.Bits)
            node = branch[(int)(bits >> 60)];
        var found = Unsafe.As<Session?>(node);
        return found?.Id == session ? found : null;
    }

    public void Set(Session session, SessionOwner owner)
    {
        if (_root is not SessionBranch root)
        {
            if (_root is not Session only || only.Id == session.Id)
            {
                _root = session;
                return;
            }
            _root = root = new SessionBranch(owner);
            root[Index(HashOf(only.Id), 0)] = only;
        }
        var branch = root.OwnedBy(owner);
        _root = branch;
        Set(branch, session, HashOf(session.Id), owner);
    }

    public void Remove(long session, SessionOwner owner)
    {
        if (_root is not SessionBranch root)
        {
            _root = null;
            return;
        }
        _root = Remove(root.OwnedBy(owner), HashOf(session), 0, owner);
    }

    /// <summary>The session with the lowest hash from this one on.</summary>
    public readonly Session? AtOrAfter(ulong hash) => AtOrAfter(_root, hash, 0);

    private static void Set(SessionBranch branch, Session session, ulong hash, SessionOwner owner)
    {
        for (var depth = 0; ; depth += SessionBranch.Bits)
        {
            var index = Index(hash, depth);
            switch (branch[index])
            {
                case SessionBranch child:
                    child = child.OwnedBy(owner);
                    branch[index] = child;
                    branch = child;
                    break;
                case Session other when other.Id != session.Id:
                    var between = new SessionBranch(owner);
                    between[Index(HashOf(other.Id), depth + SessionBranch.Bits)] = other;
                    branch[index] = between;
                    branch = between;
                    break;
                default:
                    branch[index] = session;
                    return;
            }
        }
    }

    /// <summary>What takes the branch's place: itself, or the one session that is left.</summary>
    private static object Remove(SessionBranch branch, ulong hash, int depth, SessionOwner owner)
    {
        var index = Index(hash, depth);
        branch[index] = branch[index] is SessionBranch child
            ? Remove(child.OwnedBy(owner), hash, depth + SessionBranch.Bits, owner)
            : null;
        return branch.OnlySession() ?? (object)branch;
    }

    private static Session? AtOrAfter(object? node, ulong hash, int depth)
    {
        if (node is Session session)
            return HashOf(session.Id) >= hash ? session : null;
        if (node is not SessionBranch branch)
            return null;
        for (var i = Index(hash, depth); i < SessionBranch.Width; i++)
        {
            var found = AtOrAfter(branch[i], hash, depth + SessionBranch.Bits);
            if (found is not null)
                return found;
            // Everything behind the first child lies above the hash: look for the lowest there.
            hash = 0;
        }
        return null;
    }

    private static int Index(ulong hash, int depth) => (int)((hash << depth) >> 60);
}

/// <summary>A node with 16 children, each a session, a branch or nothing.</summary>
internal sealed class SessionBranch(SessionOwner owner)
{
    public const int Bits = 4;
    public const int Width = 1 << Bits;

    [InlineArray(Width)]
    private struct Children
    {
        private object? _first;
    }

    private readonly SessionOwner _owner = owner;
    private Children _children;

    public object? this[int index]
    {
        get => _children[index];
        set => _children[index] = value;
    }

    public SessionBranch OwnedBy(SessionOwner owner) =>
        ReferenceEquals(_owner, owner) ? this : new SessionBranch(owner) { _children = _children };

    /// <summary>The session that is the only child, or null.</summary>
    public Session? OnlySession()
    {
        Session? only = null;
        foreach (var child in (ReadOnlySpan<object?>)_children)
        {
            if (child is null)
                continue;
            if (only is not null || child is not Session session)
                return null;
            only = session;
        }
        return only;
    }
}
