using System.Diagnostics;
using System.Text.Json;

namespace PbKv.Host.Tests.Processes;

/// <summary>What `status --json` says.</summary>
internal sealed record Status(JsonElement Json)
{
    public long Number => Json.GetProperty("view").GetProperty("number").GetInt64();

    public string? Primary => Json.GetProperty("view").GetProperty("primary").GetString();

    public string? Backup => Json.GetProperty("view").GetProperty("backup").GetString();

    public bool Acknowledged => Json.GetProperty("view").GetProperty("acknowledged").GetBoolean();

    public bool Synced => Json.GetProperty("view").GetProperty("synced").GetBoolean();

    /// <summary>Primary and backup answered: who does not within a second is left out.</summary>
    private bool IsWhole =>
        new[] { Primary, Backup }.All(address =>
            address is null || Servers.Any(server => server.GetProperty("address").GetString() == address)
        );

    private JsonElement.ArrayEnumerator Servers => Json.GetProperty("servers").EnumerateArray();

    public JsonElement Server(string address) =>
        Servers.Single(server => server.GetProperty("address").GetString() == address);

    /// <summary>Null for a server that the view service does not know.</summary>
    public string? Role(string address) =>
        Servers
            .Where(server => server.GetProperty("address").GetString() == address)
            .Select(server => server.GetProperty("role").GetString())
            .SingleOrDefault();

    /// <summary>Asks again and again over one connection, until the cluster is as wanted.</summary>
    public static async Task<Status> UntilAsync(string view, Func<Status, bool> wanted)
    {
        using var shell = Pbkv.Start("shell", "--view", view);
        var patience = Stopwatch.StartNew();
        for (var asked = 1; ; asked++)
        {
            await shell.WriteLineAsync("status");
            var answers = asked;
            await shell.WaitForOutputAsync(text => text.Count(c => c == '\n') >= answers);
            var line = shell.Output.Split('\n')[asked - 1];
            if (line.StartsWith("ok ", StringComparison.Ordinal))
            {
                var status = new Status(JsonDocument.Parse(line[3..]).RootElement);
                if (status.IsWhole && wanted(status))
                    return status;
            }

            if (patience.Elapsed > Child.Patience)
                throw new TimeoutException($"waited {patience.Elapsed} for another status than: {line}");
        }
    }
}
