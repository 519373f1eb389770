namespace PbKv.Actors;

/// <summary>id=host:port, as people name one of several view services.</summary>
internal static class PeerText
{
    public const string Allowed = "id=host:port, such as a=10.0.0.1:7000";

    private const int LongestId = 32;

    public static bool TryParse(string text, out ViewServiceName name)
    {
        name = default;
        var parts = text.Split('=');
        if (parts is not [{ Length: > 0 and <= LongestId } id, var told] || !HostPort.TryParse(told, out var address))
            return false;
        if (!id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
            return false;
        name = new ViewServiceName(id, new NodeAddress(address.ToString()));
        return true;
    }

    /// <exception cref="FormatException">It is none.</exception>
    public static ViewServiceName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is no {Allowed}");

    /// <returns>What is wrong with them; null where nothing is.</returns>
    public static string? Wrong(string id, ImmutableArray<string> peers)
    {
        if (peers.FirstOrDefault(peer => !TryParse(peer, out _)) is { } odd)
            return $"'{odd}' is no {Allowed}";
        var names = peers.Select(Parse).ToList();
        if (names.Count > ViewServices.Most)
            return $"{names.Count} view services are more than the {ViewServices.Most} that may be together";
        if (names.GroupBy(name => name.Id).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return $"'{twice.Key}' is there twice";
        if (names.GroupBy(name => name.Address).FirstOrDefault(same => same.Count() > 1) is { } shared)
            return $"the address {shared.Key} is there twice";
        if (names.Count > 0 && names.All(name => name.Id != id))
            return $"'{id}' (--id, pbkv.id) is none of {string.Join(", ", names.Select(name => name.Id))}";
        return null;
    }
}
