using System.Collections.Immutable;
using PbKv.Protocol;

namespace PbKv.Host.Client;

/// <summary>What the view service and the servers said of themselves, put together for people and programs.</summary>
internal sealed record StatusReport(ViewServiceStatus Service, ImmutableArray<ServerReport> Servers)
{
    /// <param name="answers">Of the servers that answered; the others are told of from what the view service knows.</param>
    public static StatusReport Of(ViewServiceStatus service, IEnumerable<ReplicaStatus> answers)
    {
        var byServer = answers.GroupBy(answer => answer.Server).ToDictionary(group => group.Key, group => group.First());
        var servers = service.Servers
            .GroupBy(known => known.Server.Address)
            .Select(lives => lives.MaxBy(known => (known.Server.Incarnation, known.Refused)))
            .Select(known => new ServerReport(known, RoleOf(known, service.View), byServer.GetValueOrDefault(known.Server)))
            .OrderBy(server => server.Known.Server.Address.Value, StringComparer.Ordinal);
        return new StatusReport(service, [.. servers]);
    }

    private static string RoleOf(KnownServer known, View view)
    {
        if (known.Refused) return "refused";
        if (!known.Alive) return "dead";
        if (view.Primary == known.Server) return "primary";
        return view.Backup == known.Server ? "backup" : "idle";
    }
}

/// <param name="Status">Null where it did not answer.</param>
internal sealed record ServerReport(KnownServer Known, string Role, ReplicaStatus? Status)
{
    /// <summary>Of a server that is refused: what it was in its own view. Whoever has to choose one to take over from needs it; null otherwise.</summary>
    public string? OwnRole => Known.Refused && Status is { } status ? $"{RoleIn(status)} of view {status.View.Number}" : null;

    private static string RoleIn(ReplicaStatus status)
    {
        if (status.View.Primary == status.Server) return "primary";
        if (status.View.Backup != status.Server) return "idle server";
        return status.Synced ? "synced backup" : "unsynced backup";
    }
}
