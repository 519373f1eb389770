using System.Globalization;

namespace PbKv.Peers;

/// <summary>One caller of etcd. All callers share one HTTP/2 connection, as etcd's own clients do.</summary>
internal sealed class EtcdCaller : Caller
{
    private readonly HttpClient _client;
    private readonly Uri _uri;
    private readonly string _value;
    private readonly int _keys;
    private readonly bool _put;
    private readonly Random _random;

    public EtcdCaller(HttpClient client, LoadOptions options, int index)
    {
        _client = client;
        _put = options.Mode == "put";
        _uri = new Uri($"http://{options.Host}:{options.Port}/etcdserverpb.KV/{(_put ? "Put" : "Range")}");
        _value = new string('v', options.ValueSize);
        _keys = options.Keys;
        _random = new Random(index);
    }

    public override async ValueTask<int> RoundTripAsync()
    {
        var key = "key:" + _random.Next(_keys).ToString("d12", CultureInfo.InvariantCulture);
        if (_put)
            await EtcdRpc.PutAsync(_client, _uri, key, _value);
        else
            await EtcdRpc.RangeAsync(_client, _uri, key);
        return 1;
    }

    public override void Dispose() { }
}
