using System.Globalization;

namespace PbKv.Actors;

/// <summary>host:port, as people and nodes name a node.</summary>
public readonly record struct HostPort(string Host, int Port)
{
    public const string Allowed = "host:port, such as 127.0.0.1:7000";

    public static bool TryParse(string text, out HostPort address)
    {
        address = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0) return false;
        var host = text[..colon];
        if (host.Any(letter => char.IsWhiteSpace(letter) || letter is '/' or '@' or '#')) return false;
        if (host.Contains(':') && !(host.StartsWith('[') && host.EndsWith(']'))) return false;
        if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return false;
        if (port is < 1 or > 65535) return false;
        address = new HostPort(host, port);
        return true;
    }

    public override string ToString() => $"{Host}:{Port}";
}
