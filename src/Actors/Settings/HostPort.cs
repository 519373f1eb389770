using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PbKv.Actors;

/// <summary>
/// host:port, as people and nodes name a node. Nodes compare such names letter by letter, and believe nothing that is
/// meant for another name than theirs; so what is the same for people is made the same here.
/// </summary>
internal readonly record struct HostPort(string Host, int Port)
{
    public const string Allowed = "host:port, such as 127.0.0.1:7000";

    public static bool TryParse(string text, out HostPort address)
    {
        address = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0)
            return false;
        var host = text[..colon];
        if (host.Any(letter => char.IsWhiteSpace(letter) || letter is '/' or '@' or '#'))
            return false;
        if (host.IndexOfAny([':', '[', ']']) >= 0 && !(host.StartsWith('[') && IsIPv6(host)))
            return false;
        if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        if (port is < 1 or > 65535)
            return false;
        address = new HostPort(OneName(host), port);
        return true;
    }

    /// <exception cref="FormatException">It is none.</exception>
    public static HostPort Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is no {Allowed}");

    /// <summary>The one way to write an address; what is no address is left as it is.</summary>
    public static string OneName(string host)
    {
        if (IsIPv6(host))
            return $"[{IPAddress.Parse(host)}]";
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" : host.ToLowerInvariant();
    }

    /// <inheritdoc cref="OneName"/>
    public static string OneAddress(string text) => TryParse(text, out var address) ? address.ToString() : text;

    private static bool IsIPv6(string host) =>
        IPAddress.TryParse(host, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6;

    public override string ToString() => $"{Host}:{Port}";
}
