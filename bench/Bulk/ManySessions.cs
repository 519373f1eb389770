using System.Globalization;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using PbKv.Client;
using PbKv.Clusters;

namespace PbKv.Bulk;

/// <param name="PerSession">Bytes of the primary's working set; of this process for a client.</param>
internal sealed record SessionsRow(
    long Sessions,
    double Opened,
    Phase Calls,
    long Failed,
    double PerSession,
    double PerClient,
    long ViewBefore,
    long ViewAfter,
    long Known
)
{
    public bool IsSound => ViewBefore == ViewAfter && Failed == 0 && Known >= Sessions;
}

/// <summary>
/// Ever more sessions, each of a client of its own, in a few ActorSystems: the callers go from one to the next.
/// </summary>
internal sealed class ManySessions(IReadOnlyList<long> counts, double seconds)
{
    private const int CallerCount = 64;
    private const int Openers = 256;

    /// <summary>
    /// Every client listens for lost connections on the bus of its system, where to begin to listen costs the more the
    /// more listen.
    /// </summary>
    private const int PerSystem = 2_000;

    private const int Keys = 100_000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public async Task<(string Markdown, bool Sound)> RunAsync(CancellationToken cancellation)
    {
        var rows = new List<SessionsRow>();
        foreach (var sessions in counts)
        {
            Say.Line($"{sessions:N0} sessions");
            var row = await RowAsync((int)sessions, cancellation);
            rows.Add(row);
            Say.Line(
                $"  opened at {row.Opened:F0}/s, {row.Calls.OpsPerSecond:F0} puts/s, p99 {row.Calls.P99Ms:F1} ms, "
                    + $"{row.PerSession:F0} bytes a session, views {row.ViewBefore} → {row.ViewAfter}, the primary "
                    + $"knows {row.Known}"
            );
        }
        return (rows.Count == 0 ? "" : Table(rows), rows.TrueForAll(row => row.IsSound));
    }

    private async Task<SessionsRow> RowAsync(int sessions, CancellationToken cancellation)
    {
        await using var cluster = await ProcessCluster.StartAsync(2, cancellation: cancellation);
        await Entries.FillAsync(cluster.Client, Keys, cancellation);
        var view = (await cluster.StatusAsync(cancellation)).View;
        var primary = cluster.Server(view.Primary);
        var (before, clientsBefore) = (primary.WorkingSet, GC.GetTotalMemory(forceFullCollection: true));
        var systems = Enumerable.Range(0, (sessions + PerSystem - 1) / PerSystem).Select(CreateSystem).ToList();
        try
        {
            var alone = new PbKvClientOptions { OwnSession = true };
            var clients = Enumerable
                .Range(0, sessions)
                .Select(i => PbKvClient.Join(systems[i / PerSystem], cluster.Address, alone))
                .ToList();
            var begun = Say.Now;
            await OpenAsync(clients, cancellation);
            var opened = sessions * 1000.0 / Say.Ms(Say.Now - begun);
            var perSession = (primary.WorkingSet - before) / (double)sessions;
            var perClient = (GC.GetTotalMemory(forceFullCollection: true) - clientsBefore) / (double)sessions;
            var (calls, failed) = await CallAsync(clients, cancellation);
            var after = await cluster.Client.StatusAsync(cancellationToken: cancellation);
            var known = after.Servers.FirstOrDefault(server => server.Address == after.Primary)?.State?.Sessions ?? 0;
            return new SessionsRow(
                sessions,
                opened,
                calls,
                failed,
                perSession,
                perClient,
                view.Number,
                after.View,
                known
            );
        }
        finally
        {
            // Their sessions are not closed one by one: the cluster goes with them.
            await Task.WhenAll(systems.Select(system => system.Terminate()));
        }
    }

    private static ActorSystem CreateSystem(int number) =>
        ActorSystem.Create(
            $"sessions-{number}",
            ConfigurationFactory
                .ParseString("akka.loggers = [], akka.loglevel = OFF, akka.stdout-loglevel = OFF")
                .WithFallback(ConfigurationFactory.ParseString(PbKvClient.Hocon))
        );

    /// <summary>A client opens its session with its first operation.</summary>
    private static async Task OpenAsync(List<PbKvClient> clients, CancellationToken cancellation)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Openers).Select(_ => Task.Run(OpenerAsync, cancellation)));

        async Task OpenerAsync()
        {
            var value = Entries.Value();
            while (true)
            {
                var number = Interlocked.Increment(ref next);
                if (number >= clients.Count)
                    return;
                cancellation.ThrowIfCancellationRequested();
                await clients[number].PutAsync(Entries.Key(number % Keys), value, cancellationToken: cancellation);
            }
        }
    }

    private async Task<(Phase Seen, long Failed)> CallAsync(List<PbKvClient> clients, CancellationToken cancellation)
    {
        using var callers = new Callers(clients, CallerCount, Keys);
        await Task.Delay(WarmUp, cancellation);
        var from = Say.Now;
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        var to = Say.Now;
        var seen = await callers.StopAsync();
        return (seen.Between(from, to), seen.Failed);
    }

    private string Table(List<SessionsRow> rows)
    {
        var text = new StringBuilder();
        text.AppendLine(
            $"Every session is a client of its own, up to {PerSystem:N0} in one ActorSystem; {CallerCount} callers "
                + $"spread over them put {Keys:N0} random keys for {seconds:0} s, each operation through another "
                + "client. Memory is the growth of the primary's working set, and of the clients' heap."
        );
        text.AppendLine();
        text.AppendLine(
            "| sessions | opened/s | puts/s | p99, ms | max, ms | bytes a session (primary) | bytes a client | view "
                + "before → after | |"
        );
        text.AppendLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
        foreach (var row in rows)
        {
            text.AppendLine(
                $"| {row.Sessions:N0} | {row.Opened:N0} | {row.Calls.OpsPerSecond:N0} | {row.Calls.P99Ms:F1} | "
                    + $"{row.Calls.MaxMs:F0} | {PerOne(row, row.PerSession)} | {PerOne(row, row.PerClient)} | "
                    + $"{row.ViewBefore} → {row.ViewAfter} | {Wrong(row)} |"
            );
        }
        return text.ToString();
    }

    /// <summary>Of a few sessions it would be noise.</summary>
    private static string PerOne(SessionsRow row, double bytes) =>
        row.Sessions < 10_000 ? "–" : bytes.ToString("N0", CultureInfo.InvariantCulture);

    private static string Wrong(SessionsRow row) =>
        row switch
        {
            { IsSound: true } => "",
            _ when row.ViewBefore != row.ViewAfter => "**the view changed without a fault**",
            { Failed: > 0 } => string.Create(CultureInfo.InvariantCulture, $"**{row.Failed} operations failed**"),
            _ => string.Create(CultureInfo.InvariantCulture, $"**the primary knows only {row.Known} sessions**"),
        };
}
