using System.Globalization;
using System.Text;
using PbKv.Clusters;
using PbKv.Failover;

var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 20;
var callers = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 16;
var wanted = args.Length > 2 ? args[2].Split(',') : ["pbkv", "redis", "etcd", "views", "figures"];
List<IStore> stores = [];
Add("pbkv", () => new PbKvStore(viewServices: 1), "");
Add("views", () => new PbKvStore(viewServices: 3), "");
Add("redis", () => new RedisSentinelStore(), "redis-server redis-sentinel", "redis-server", "redis-sentinel");
Add("etcd", () => new EtcdStore(), "etcd-server etcd-client", "etcd", "etcdctl");

var table = new StringBuilder();
table.AppendLine(
    "| store | fault | times | fault → first acknowledged write, ms: p50 | p90 | max | longest gap of any caller, "
        + "ms: p50 | max | failed operations | acknowledged writes lost |"
);
table.AppendLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
foreach (var store in stores)
{
    await using (store)
    {
        await store.StartAsync();
        // Whoever has nothing under way when the primary dies is told of it in another way. First, since a stopped
        // server that wakes was suspected falsely, which makes PbKv slower to suspect for a while.
        table.AppendLine(await RowAsync(store, Fault.KillPrimary, 1, TimeSpan.FromMilliseconds(20)));
        foreach (var fault in store.Faults)
            table.AppendLine(await RowAsync(store, fault, callers, TimeSpan.Zero));
    }
}
if (stores.Count > 0)
    Console.Write(table);
if (wanted.Contains("figures"))
    Console.Write(await ViewServiceFigures.MeasureAsync(rounds));
return 0;

void Add(string name, Func<IStore> make, string packages, params string[] programs)
{
    if (!wanted.Contains(name))
        return;
    if (Array.TrueForAll(programs, Child.IsOnPath))
        stores.Add(make());
    else
        Console.Error.WriteLine(
            $"{string.Join(" or ", programs)} is missing (apt-get install {packages}): measured without it"
        );
}

async Task<string> RowAsync(IStore store, Fault fault, int callers, TimeSpan pause)
{
    var strikes = new List<Strike>();
    for (var round = 0; round < rounds; round++)
    {
        var strike = await new Probe(store, callers, pause).RunAsync(
            fault,
            ((int)fault * 1000) + (pause > TimeSpan.Zero ? 500 : 0) + round
        );
        strikes.Add(strike);
        Console.Error.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{store.Name} {fault} {round + 1}/{rounds}: first write after {strike.FirstWriteMs:F0} ms, longest "
                    + $"gap {strike.LongestGapMs:F0} ms, lost {strike.Lost}"
            )
        );
    }
    var first = strikes.Select(strike => strike.FirstWriteMs).Order().ToList();
    var gaps = strikes.Select(strike => strike.LongestGapMs).Order().ToList();
    return string.Create(
        CultureInfo.InvariantCulture,
        $"| {store.Name} | {Words(fault)}"
            + $"{(pause > TimeSpan.Zero ? $"; one caller, a write each {pause.TotalMilliseconds} ms" : "")} | "
            + $"{rounds} | {At(first, 0.5):F0} | {At(first, 0.9):F0} | {first[^1]:F0} | {At(gaps, 0.5):F0} | "
            + $"{gaps[^1]:F0} | {strikes.Sum(s => s.Failed)} | {strikes.Sum(s => s.Lost)} |"
    );
}

static double At(List<double> sorted, double share) =>
    sorted[(int)Math.Min(sorted.Count - 1, Math.Ceiling(share * sorted.Count) - 1)];

static string Words(Fault fault) =>
    fault switch
    {
        Fault.KillPrimary => "kill -9 of the primary (leader)",
        Fault.KillBackup => "kill -9 of the backup",
        Fault.StopPrimary => "SIGSTOP of the primary",
        Fault.KillViewService => "kill -9 of the view service that acts",
        Fault.KillPrimaryAndViewService => "kill -9 of both, at once",
        _ => "planned leave of the primary (SIGTERM)",
    };
