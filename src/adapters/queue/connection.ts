import {Redis} from 'ioredis';

/** A producer's connection fails at once when Redis is down: the record remembers what is due. */
export function producerConnection(url: string, onError: (error: Error) => void): Redis {
	const redis = new Redis(url, {
		maxRetriesPerRequest: 1,
		enableOfflineQueue: false,
		commandTimeout: 2_000,
		connectTimeout: 2_000,
		retryStrategy: (times) => Math.min(times * 200, 2_000),
	});
	redis.on('error', onError);
	return redis;
}

/** A consumer's connection waits for Redis as long as it takes; BullMQ demands it. */
export function consumerConnection(url: string, onError: (error: Error) => void): Redis {
	const redis = new Redis(url, {maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(times * 200, 2_000)});
	redis.on('error', onError);
	return redis;
}
