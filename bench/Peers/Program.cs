using System.Text;
using PbKv.CommandLine;
using PbKv.Peers;

try
{
    var options = new LoadOptions(args);
    var (clients, callers) = options.Store switch
    {
        "redis" when options.Mode == "pipeline-wait" => (1, [new RedisCaller(options, 0, options.Callers)]),
        "redis" when options.Mode is "set-wait" or "set" or "get" => (
            options.Callers,
            (List<Caller>)[.. Enumerable.Range(0, options.Callers).Select(i => new RedisCaller(options, i, 1))]
        ),
        "etcd" when options.Mode is "put" or "get" => (1, Etcd(options)),
        _ => throw new ArgumentException(
            $"peers: '{options.Store} {options.Mode}' is unknown; say redis set-wait|pipeline-wait|set|get or "
                + "etcd put|get"
        ),
    };
    var result = await ClosedLoop.RunAsync($"{options.Store} {options.Mode}", clients, callers, options);
    Console.WriteLine(Encoding.UTF8.GetString(Json.Bytes(result.ToJson())));
    foreach (var caller in callers)
        caller.Dispose();
    return 0;
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

static List<Caller> Etcd(LoadOptions options)
{
    var client = EtcdRpc.Connect();
    return [.. Enumerable.Range(0, options.Callers).Select(i => new EtcdCaller(client, options, i))];
}
