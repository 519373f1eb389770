namespace Akka.Actor;

/// <summary>
/// Where an actor is in its system. Paths are equal by address and elements; the uid tells apart the actors that lived at
/// one path one after the other, and is compared by refs, not by paths.
/// </summary>
public abstract class ActorPath : IEquatable<ActorPath>
{
    public const string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    private readonly ActorPath _parent;
    private string _withoutAddress;
    private string[] _elements;

    private protected ActorPath(Address address, ActorPath parent, string name, long uid) =>
        (Address, _parent, Name, Uid) = (address, parent, name, uid);

    public string Name { get; }
    public Address Address { get; }
    public long Uid { get; }
    public int Depth => _parent is null ? 0 : _parent.Depth + 1;

    /// <summary>The parent's path; the root is its own parent.</summary>
    public ActorPath Parent => _parent ?? this;

    /// <summary>Names from the top; the root has one, the empty one.</summary>
    public IReadOnlyList<string> Elements => _elements ??= Names();

    public ActorPath ParentOf(int depth)
    {
        if (depth < 0) depth = Math.Max(0, Depth + depth);
        var path = this;
        while (path.Depth > depth) path = path._parent;
        return path;
    }

    public static ActorPath operator /(ActorPath path, string name)
    {
        var hash = name.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0) return new ChildActorPath(path, name, 0);
        var uid = long.TryParse(name.AsSpan(hash + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        return new ChildActorPath(path, name[..hash], uid);
    }

    public static bool IsValidPathElement(string s)
    {
        if (string.IsNullOrEmpty(s) || s[0] == '$') return false;
        for (var i = 0; i < s.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(s[i]) || ValidSymbols.Contains(s[i], StringComparison.Ordinal)) continue;
            if (s[i] != '%' || i + 2 >= s.Length || !char.IsAsciiHexDigit(s[i + 1]) || !char.IsAsciiHexDigit(s[i + 2])) return false;
            i += 2;
        }
        return true;
    }

    public static ActorPath Parse(string path) => TryParse(path, out var parsed)
        ? parsed
        : throw new UriFormatException($"'{path}' is no actor path; write it as akka://system/user/name or akka.tcp://system@host:port/user/name");

    public static bool TryParse(string path, out ActorPath actorPath)
    {
        actorPath = null;
        if (!Address.TryParse(path, out var address, out var rest)) return false;
        actorPath = new RootActorPath(address);
        foreach (var element in rest.Split('/', StringSplitOptions.RemoveEmptyEntries)) actorPath /= element;
        return true;
    }

    public static string FormatPathElements(IEnumerable<string> pathElements) => string.Join('/', pathElements);

    public string ToStringWithoutAddress() => _withoutAddress ??= "/" + string.Join('/', _elements ??= Names());
    public override string ToString() => ToStringWithAddress();
    public string ToStringWithAddress() => ToStringWithAddress(Address);

    /// <summary>The given address stands in only for a path that has no host of its own.</summary>
    public string ToStringWithAddress(Address address) => (Address.Host is null ? address : Address) + ToStringWithoutAddress();
    public string ToStringWithUid() => ToSerializationFormat();

    public string ToSerializationFormat() => ToSerializationFormatWithAddress(Address);

    public string ToSerializationFormatWithAddress(Address address) =>
        Uid == 0 ? ToStringWithAddress(address) : $"{ToStringWithAddress(address)}#{Uid}";

    public bool Equals(ActorPath other)
    {
        if (other is null || Address != other.Address) return false;
        var mine = this;
        while (!ReferenceEquals(mine, other))
        {
            if (mine.Name != other.Name || mine._parent is null != other._parent is null) return false;
            if (mine._parent is null) return true;
            (mine, other) = (mine._parent, other._parent);
        }
        return true;
    }

    public override bool Equals(object obj) => Equals(obj as ActorPath);
    public override int GetHashCode() => HashCode.Combine(Address, ToStringWithoutAddress());

    public static bool operator ==(ActorPath left, ActorPath right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ActorPath left, ActorPath right) => !(left == right);

    private string[] Names()
    {
        var names = new string[Math.Max(1, Depth)];
        var path = this;
        for (var i = names.Length - 1; i >= 0; i--, path = path._parent) names[i] = path.Name;
        return names;
    }
}

public sealed class RootActorPath(Address address, string name = "") : ActorPath(address, null, name, 0);
public sealed class ChildActorPath(ActorPath parentPath, string name, long uid) : ActorPath(parentPath.Address, parentPath, name, uid);
