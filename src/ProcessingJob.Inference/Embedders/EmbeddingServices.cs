using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Inference.Embedders;

/// <summary>Registration of embedding generators with a container of services.</summary>
public static class EmbeddingServices
{
    /// <summary>
    /// Adds an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of a model folder, which is opened when it is first asked for.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="folder">The model folder.</param>
    /// <param name="spec">Its sections tokens, embed and compute hold; null: the defaults.</param>
    /// <param name="serviceKey">Tells several generators apart, such as "query" and "document"; null: the only one.</param>
    public static IServiceCollection AddTextEmbeddings(
        this IServiceCollection services,
        string folder,
        JobSpec? spec = null,
        object? serviceKey = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(folder);
        return serviceKey is null
            ? services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(_ => TextEmbeddingGenerator.Load(folder, spec))
            : services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
                serviceKey,
                (_, _) => TextEmbeddingGenerator.Load(folder, spec)
            );
    }
}
