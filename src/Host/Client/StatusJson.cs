using System.Text.Json.Nodes;

namespace PbKv.Host.Client;

/// <summary>The object of `status --json`.</summary>
internal static class StatusJson
{
    public static byte[] Of(PbKvStatus status) =>
        Json.Bytes(
            new JsonObject
            {
                ["view"] = new JsonObject
                {
                    ["number"] = status.View,
                    ["primary"] = status.Primary,
                    ["backup"] = status.Backup,
                    ["acknowledged"] = status.Acknowledged,
                    ["synced"] = status.Synced,
                    ["messages"] = status.Messages,
                    ["waitingFor"] = status.WaitingFor,
                },
                ["servers"] = Json.Array(status.Servers, Of),
                ["members"] = Members(status),
            }
        );

    /// <summary>Of one that does not answer, what it would have said is null. Empty where there is one alone.</summary>
    public static JsonArray Members(PbKvStatus status) =>
        Json.Array(
            status.ViewServices,
            member => new JsonObject
            {
                ["id"] = member.Id,
                ["address"] = member.Address,
                ["leader"] = member.Acting,
                ["term"] = member.Term,
                ["lag"] = member.Lag,
            }
        );

    /// <summary>
    /// What a server that does not answer would have said is null. A digest is hexadecimal: it does not fit into a JSON
    /// number.
    /// </summary>
    private static JsonObject Of(PbKvServer server)
    {
        var state = server.State;
        return new JsonObject
        {
            ["address"] = server.Address,
            ["role"] = StatusText.Role(server),
            ["view"] = state?.View,
            ["keys"] = state?.Keys,
            ["bytes"] = state?.Bytes,
            ["memory"] = state?.Memory,
            ["maxMemory"] = state?.MaxMemory,
            ["era"] = state?.Era,
            ["position"] = state?.Position,
            ["sessions"] = state?.Sessions,
            ["digest"] = state?.Digest.ToString("x16"),
            ["pingAgeMs"] = (long)server.PingAge.TotalMilliseconds,
            ["leaving"] = server.Leaving,
            ["operations"] = state?.Operations,
            ["deduplicated"] = state?.Deduplicated,
            ["transferProgress"] = state?.TransferProgress is { } progress ? Math.Round(progress, 3) : null,
        };
    }
}
