namespace Akka.Dispatch;

/// <summary>The dispatchers that settings describe, by their path.</summary>
internal sealed class Dispatchers(ActorSystemImpl system)
{
    public const string DefaultId = "akka.actor.default-dispatcher";
    public const string InternalId = "akka.actor.internal-dispatcher";

    private readonly ConcurrentDictionary<string, Lazy<Dispatcher>> _byId = new(StringComparer.Ordinal);

    public Dispatcher Lookup(string id) => _byId.GetOrAdd(string.IsNullOrEmpty(id) ? DefaultId : id, path => new Lazy<Dispatcher>(() => Create(path))).Value;

    public void Shutdown()
    {
        foreach (var dispatcher in _byId.Values.Where(d => d.IsValueCreated)) dispatcher.Value.Shutdown();
    }

    private Dispatcher Create(string id)
    {
        var config = system.Settings.Config.GetConfig(id)
            ?? throw new ConfigurationException($"dispatcher '{id}' is not in the configuration");
        var throughput = Math.Max(1, config.GetInt("throughput", 30));
        var dedicated = config.GetConfig("dedicated-thread-pool");
        var type = config.GetString("type", "Dispatcher");
        return type switch
        {
            "Dispatcher" when config.GetString("executor") == "fork-join-executor" && dedicated is not null => Dedicated(id, throughput, dedicated),
            "Dispatcher" or "TaskDispatcher" => new ThreadPoolDispatcher(throughput),
            "PinnedDispatcher" => new PinnedDispatcher(throughput),
            "ForkJoinDispatcher" => Dedicated(id, throughput, dedicated
                ?? throw new ConfigurationException($"{id} is a ForkJoinDispatcher and needs dedicated-thread-pool {{ thread-count = ... }}")),
            _ => throw new ConfigurationException($"{id}.type is '{type}'; it takes Dispatcher, TaskDispatcher, PinnedDispatcher or ForkJoinDispatcher"),
        };
    }

    private DedicatedPoolDispatcher Dedicated(string id, int throughput, Config pool)
    {
        var threads = pool.GetInt("thread-count");
        if (threads < 1) throw new ConfigurationException($"{id}.dedicated-thread-pool.thread-count is {threads}; it takes 1 or more");
        return new DedicatedPoolDispatcher(throughput, threads, pool.GetString("threadtype", "background") == "background", $"{system.Name}-{id}");
    }
}
