using Akka.Util;

namespace Akka.Actor;

/// <summary>Where an actor system is: protocol and name, and host and port when it can be reached from outside.</summary>
public sealed class Address : IEquatable<Address>, ISurrogated
{
    private readonly string _text;

    public Address(string protocol, string system, string host = null, int? port = null)
    {
        Protocol = protocol ?? throw new ArgumentNullException(nameof(protocol));
        System = system ?? throw new ArgumentNullException(nameof(system));
        Host = string.IsNullOrEmpty(host) ? null : host.ToLowerInvariant();
        Port = port;
        _text = Host is null ? $"{protocol}://{system}" : port is null ? $"{protocol}://{system}@{Host}" : $"{protocol}://{system}@{Host}:{port}";
    }

    public string Protocol { get; }
    public string System { get; }
    public string Host { get; }
    public int? Port { get; }

    public string HostPort() => _text[(Protocol.Length + 3)..];

    public static Address Parse(string address) => TryParse(address, out var parsed)
        ? parsed
        : throw new FormatException($"'{address}' is no actor system address; write it as protocol://system or protocol://system@host:port");

    /// <summary>Takes the address in front of a path too; what follows the first slash is left aside.</summary>
    public static bool TryParse(string path, out Address address) => TryParse(path, out address, out _);

    public static bool TryParse(string path, out Address address, out string absolutUri)
    {
        address = null;
        absolutUri = null;
        if (string.IsNullOrWhiteSpace(path)) return false;
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0 || !path.StartsWith("akka", StringComparison.OrdinalIgnoreCase)) return false;
        var start = scheme + 3;
        var slash = path.IndexOf('/', start);
        var authority = slash < 0 ? path[start..] : path[start..slash];
        var at = authority.IndexOf('@', StringComparison.Ordinal);
        var system = at < 0 ? authority : authority[..at];
        if (system.Length == 0) return false;
        string host = null;
        int? port = null;
        if (at >= 0 && !TryHostPort(authority[(at + 1)..], out host, out port)) return false;
        address = new Address(path[..scheme], system, host, port);
        absolutUri = slash < 0 ? "/" : path[slash..];
        return true;
    }

    private static bool TryHostPort(string text, out string host, out int? port)
    {
        port = null;
        host = text;
        var colon = text.LastIndexOf(':');
        var bracketed = text.StartsWith('[');
        if (bracketed && colon < text.IndexOf(']', StringComparison.Ordinal)) colon = -1;
        if (colon >= 0)
        {
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 65535) return false;
            host = text[..colon];
            port = number;
        }
        return host.Length > 0 && (bracketed || !host.Contains(':', StringComparison.Ordinal));
    }

    public ISurrogate ToSurrogate(ActorSystem system) => new AddressSurrogate { Protocol = Protocol, System = System, Host = Host, Port = Port };

    public bool Equals(Address other) => ReferenceEquals(this, other) || (other is not null && _text == other._text);

    public override bool Equals(object obj) => Equals(obj as Address);
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);
    public override string ToString() => _text;

    public static bool operator ==(Address left, Address right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(Address left, Address right) => !(left == right);

    public sealed class AddressSurrogate : ISurrogate
    {
        public string Protocol { get; set; }
        public string System { get; set; }
        public string Host { get; set; }
        public int? Port { get; set; }

        public ISurrogated FromSurrogate(ActorSystem system) => new Address(Protocol, System, Host, Port);
    }
}
