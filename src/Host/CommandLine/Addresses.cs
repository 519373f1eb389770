using System.Globalization;

namespace PbKv.Host.CommandLine;

/// <summary>Addresses are host:port, or [host]:port where the host itself has colons.</summary>
internal static class Addresses
{
    public static bool TryParse(string text, out string host, out int port, out string problem)
    {
        port = 0;
        problem = "";
        var colon = text.LastIndexOf(':');
        host = colon > 0 ? text[..colon] : "";
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        else if (host.Contains(':')) host = "";
        var wholeName = host.Length > 0 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':');
        if (wholeName && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535)
            return true;
        problem = $"'{text}' is no address: write HOST:PORT, like 127.0.0.1:7000";
        return false;
    }

    /// <summary>Whether a host listens on every interface: nobody can be told to connect to that.</summary>
    public static bool IsEveryInterface(string host) => host is "0.0.0.0" or "::" or "*";
}
